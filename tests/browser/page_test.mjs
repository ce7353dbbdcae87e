// SPDX-License-Identifier: Apache-2.0
// The page of `rota report` in a real browser: Debian's Chromium without a window, opened from the disk. Needs
// ROTA_COMMAND, ROTA_TEST_PLUGINS and ROTA_LARGE_REPORT; keeps screenshots in ROTA_SCREENSHOTS where that is set.
import assert from "node:assert/strict";
import {execFileSync, spawnSync} from "node:child_process";
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {after, before, test} from "node:test";
import {pathToFileURL} from "node:url";
import {chromium} from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];
let browser;
let folder;

before(async () => {
  const executablePath = PROGRAMS.find(existsSync);
  assert.ok(executablePath, "Chromium is missing: run tools/setup");
  folder = mkdtempSync(join(tmpdir(), "rota-page-"));
  browser = await chromium.launch({executablePath, args: ["--no-sandbox", "--disable-gpu"]});
});

after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, {recursive: true});
});

// A page that says nothing on its console and asks for nothing but itself.
async function open(file, options = {}) {
  const page = await browser.newPage({viewport: {width: 1500, height: 1000}, ...options});
  page.troubles = [];
  page.on("console", (message) => page.troubles.push(message.text()));
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("dialog", (dialog) => {
    page.troubles.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(file).href) page.troubles.push(`asked for ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  return page;
}

async function keepPicture(page, name) {
  const place = process.env.ROTA_SCREENSHOTS;
  if (place) await page.screenshot({path: join(place, `${name}.png`), fullPage: true});
}

function rota(project, ...options) {
  return spawnSync(process.env.ROTA_COMMAND, options, {cwd: project, encoding: "utf8"});
}

// Two runs of the real command: all succeeds, then one task fails.
function makeProject() {
  const project = join(folder, "project");
  if (existsSync(project)) return project;
  mkdirSync(join(project, "scripts"), {recursive: true});
  copyFileSync(join(process.env.ROTA_TEST_PLUGINS, "pipeline", "pipeline.so"), join(project, "scripts", "pipeline.so"));
  writeFileSync(join(project, "source.txt"), "a file that t_import reads\n");
  assert.equal(rota(project, "run", "-j", "2").status, 0);
  writeFileSync(join(project, "fail_t_clean"), "");
  assert.equal(rota(project, "run", "--force", "-j", "2").status, 1);
  const made = rota(project, "report", "-o", "run.html");
  assert.deepEqual([made.status, made.stdout, made.stderr], [0, "", ""]);
  return project;
}

function makeLarge(count) {
  const file = join(folder, `large-${count}.html`);
  if (!existsSync(file)) writeFileSync(file, execFileSync(process.env.ROTA_LARGE_REPORT, [String(count)], {maxBuffer: 1 << 28}));
  return file;
}

test("a run is shown with its graph, its timeline and its failure", async () => {
  const page = await open(join(makeProject(), "run.html"));
  assert.equal(await page.locator("#verdict").textContent(), "failed");
  assert.equal(await page.locator("#graph .task").count(), 4);
  assert.equal(await page.locator("#graph .arrow").count(), 2);
  assert.equal(await page.locator("#graph .task.failed").count(), 1);
  assert.equal(await page.locator("#graph .task.not_reached").count(), 1);
  assert.equal(await page.locator("#timeline .bar").count(), 3);
  assert.ok(await page.locator("#timeline .bar.critical").count() >= 1);
  assert.match(await page.locator("#failures").textContent(), /t_clean.*failed as told/s);
  assert.equal(await page.locator("#durations tbody tr").count(), 4);
  const box = await page.locator("#graph .task").first().boundingBox();
  assert.ok(box.width > 40 && box.height > 15, "the graph is drawn so that it can be read");
  await keepPicture(page, "run-light");
  assert.deepEqual(page.troubles, []);
  await page.close();
});

test("a click on a task shows what it read, wrote and took before", async () => {
  const page = await open(join(makeProject(), "run.html"));
  await page.locator("#graph .task", {hasText: "t_import"}).click();
  const details = page.locator("#details");
  assert.match(await details.textContent(), /t_import.*Median before.*Read \(1\).*source\.txt.*Wrote \(1\).*data\/t_import\.txt/s);
  assert.equal(await page.locator("#graph .task.chosen").count(), 1);
  await keepPicture(page, "run-details");
  await details.getByRole("button", {name: "t_clean"}).click();
  assert.match(await details.textContent(), /failed as told/);
  await page.keyboard.press("Escape");
  assert.equal(await details.isVisible(), false);
  await page.locator("#timeline .bar").first().click();
  assert.equal(await details.isVisible(), true);
  assert.deepEqual(page.troubles, []);
  await page.close();
});

test("all can be reached with the keyboard", async () => {
  const page = await open(join(makeProject(), "run.html"));
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") || document.activeElement.id);
  await page.locator("#graph .task[tabindex='0']").focus();
  const first = await focused();
  for (const key of ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowRight"]) await page.keyboard.press(key);
  assert.notEqual(await focused(), "");
  await page.locator("#graph .task", {hasText: "t_import"}).focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await focused(), /^t_clean/);
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "details");
  await page.keyboard.press("Escape");
  assert.match(await focused(), /^t_clean/, "the focus goes back to where it came from");
  await page.locator("#timeline .bar[tabindex='0']").focus();
  await page.keyboard.press("End");
  const last = await focused();
  await page.keyboard.press("Home");
  assert.notEqual(await focused(), last);
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#details").isVisible(), true);
  assert.ok(first);
  assert.deepEqual(page.troubles, []);
  await page.close();
});

test("the graph can be moved and zoomed", async () => {
  const page = await open(join(makeProject(), "run.html"));
  const view = () => page.locator("#graph-drawing").getAttribute("viewBox").then((text) => text.split(" ").map(Number));
  const fitted = await view();
  await page.locator("#graph-in").click();
  assert.ok((await view())[2] < fitted[2]);
  const place = await page.locator("#graph-drawing").boundingBox();
  await page.mouse.move(place.x + 20, place.y + 20);
  await page.mouse.wheel(0, 600);
  assert.ok((await view())[2] > fitted[2]);
  await page.locator("#graph-fit").click();
  assert.deepEqual(await view(), fitted);
  await page.mouse.move(place.x + 20, place.y + 20);
  await page.mouse.down();
  await page.mouse.move(place.x + 120, place.y + 60, {steps: 5});
  await page.mouse.up();
  assert.ok((await view())[0] < fitted[0] && (await view())[1] < fitted[1]);
  assert.equal(await page.locator("#details").isVisible(), false, "a drag chooses nothing");
  assert.deepEqual(page.troubles, []);
  await page.close();
});

test("it is light or dark as the reader likes it", async () => {
  const file = join(makeProject(), "run.html");
  const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await open(file, {colorScheme: "light"});
  const dark = await open(file, {colorScheme: "dark"});
  const [lightGround, darkGround] = [await ground(light), await ground(dark)];
  assert.notEqual(lightGround, darkGround);
  await keepPicture(dark, "run-dark");
  await dark.locator("#theme").click();
  assert.equal(await ground(dark), lightGround);
  const narrow = await open(file, {viewport: {width: 420, height: 800}});
  assert.ok(await narrow.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "nothing is wider than a phone");
  await keepPicture(narrow, "run-narrow");
  assert.deepEqual([...light.troubles, ...dark.troubles, ...narrow.troubles], []);
  await Promise.all([light.close(), dark.close(), narrow.close()]);
});

test("a run of 2,000 tasks with hostile texts is drawn, found and shown, and runs no text", async () => {
  const page = await open(makeLarge(2000));
  assert.equal(await page.locator("#graph .task").count(), 2000);
  assert.equal(await page.locator("#timeline .bar").count(), await page.evaluate(() =>
    JSON.parse(document.getElementById("data").textContent).executions.filter((e) => e.state !== "upstream_failed").length));
  await keepPicture(page, "large");
  await page.locator("#find").fill("t_1234");
  assert.equal(await page.locator("#graph .task:not(.dim)").count(), 1);
  assert.equal(await page.locator("#durations tbody tr").count(), 1);
  await page.keyboard.press("Enter");
  await page.locator("#details h2").waitFor();
  assert.match(await page.locator("#details").textContent(), /t_1234.*<script>alert\(1\)<\/script>/s);
  await page.locator("#graph .task.chosen").waitFor();
  await keepPicture(page, "large-found");
  await page.locator("#find").fill("");
  assert.equal(await page.locator("#durations tbody tr").count(), 200);
  await page.locator("#all-durations").click();
  assert.equal(await page.locator("#durations tbody tr").count(), 2000);
  assert.equal(await page.evaluate(() => window.harmed), undefined);
  assert.equal(await page.locator("script").count(), 2);
  assert.deepEqual(page.troubles, []);
  await page.close();
});

test("a script that gets into the page all the same is not run", async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(makeProject(), "run.html")).href);
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.harmed = true";
    document.body.append(script);
    const image = document.createElement("div");
    image.innerHTML = "<img src='x' onerror='window.harmed = true'>";
    document.body.append(image);
  });
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => window.harmed), undefined);
  await page.close();
});

test("a report without a graph shows the rest", async () => {
  const project = makeProject();
  assert.equal(rota(project, "report", "--no-graph", "-o", "plain.html").status, 0);
  const page = await open(join(project, "plain.html"));
  assert.equal(await page.locator("#graph-section").isVisible(), false);
  assert.equal(await page.locator("#timeline .bar").count(), 3);
  assert.deepEqual(page.troubles, []);
  await page.close();
});
