// SPDX-License-Identifier: Apache-2.0
// The report of one run: makes the page from the data inside of it. All texts of tasks are hostile and only ever
// become text nodes and attributes that hold no code. Knows no network.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const tasks = data.tasks;
  const executions = data.executions;
  const byId = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";

  // ---- making elements ----

  function element(name, options = {}, ...children) {
    const made = document.createElement(name);
    if (options.class) made.className = options.class;
    if (options.text !== undefined) made.textContent = options.text;
    if (options.title) made.title = options.title;
    if (options.click) made.addEventListener("click", options.click);
    if (name === "button") made.type = "button";
    made.append(...children);
    return made;
  }

  function drawn(name, attributes = {}, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // ---- words and numbers ----

  function durationText(milliseconds) {
    if (milliseconds === null || milliseconds === undefined) return "–";
    if (milliseconds < 1) return `${Math.round(milliseconds * 1000)} µs`;
    if (milliseconds < 100) return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
    const seconds = milliseconds / 1000;
    if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
    return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }

  function sizeText(bytes) {
    const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let at = 0;
    for (; bytes >= 1024 && at + 1 < units.length; ++at) bytes /= 1024;
    return `${at === 0 ? bytes : bytes.toFixed(1)} ${units[at]}`;
  }

  function timeText(iso) {
    const time = new Date(iso);
    return Number.isNaN(time.getTime()) ? iso : time.toLocaleString(undefined, {dateStyle: "medium", timeStyle: "medium"});
  }

  function median(values) {
    if (values.length === 0) return null;
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length >> 1;
    return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  const TONES = {success: "good", skipped_up_to_date: "good", up_to_date: "good", succeeded: "good", failed: "bad",
    timeout: "bad", lost: "bad", cancelled: "warn", stale: "warn", running: "busy", submitted: "busy",
    upstream_failed: "none", blocked: "none", not_reached: "none", never_ran: "none"};
  const toneOf = (state) => TONES[state] || "none";
  const badge = (state) => element("span", {class: `badge ${toneOf(state)}`, text: state.replaceAll("_", " ")});
  const isTrouble = (execution) => ["failed", "timeout", "lost", "cancelled"].includes(execution.state);
  const tookTime = (execution) => !["upstream_failed", "blocked", "skipped_up_to_date"].includes(execution.state);

  const executionsOf = tasks.map(() => []);
  for (const execution of executions) executionsOf[execution.task].push(execution);
  const neededBy = tasks.map(() => []);
  tasks.forEach((task, index) => task.needs.forEach((need) => neededBy[need].push(index)));
  const lastOf = (task) => executionsOf[task].at(-1);
  const isCritical = tasks.map((task, index) => executionsOf[index].some((execution) => execution.critical));
  const writers = new Map();
  for (const execution of executions)
    for (const [path] of execution.outputs) writers.set(path, execution.task);

  // ---- what is chosen ----

  let chosen = -1;
  const boxes = tasks.map((task, index) => byId(`n${index}`));
  const bars = new Map();  // from an execution to its bar
  const rows = new Map();  // from a task to its row

  function mark(task, on) {
    if (task < 0) return;
    boxes[task]?.classList.toggle("chosen", on);
    rows.get(task)?.classList.toggle("chosen", on);
    for (const execution of executionsOf[task]) bars.get(execution)?.classList.toggle("chosen", on);
    for (const need of tasks[task].needs) byId(`a${need}-${task}`)?.classList.toggle("chosen", on);
    for (const follower of neededBy[task]) byId(`a${task}-${follower}`)?.classList.toggle("chosen", on);
  }

  let cameFrom = null;
  function choose(task, {focus = false} = {}) {
    mark(chosen, false);
    chosen = task;
    mark(chosen, true);
    const details = byId("details");
    details.hidden = task < 0;
    if (task < 0) {
      if (cameFrom && cameFrom.isConnected) cameFrom.focus();
      return;
    }
    showDetails(details, task);
    if (focus) {
      if (!details.contains(document.activeElement)) cameFrom = document.activeElement;
      details.focus({preventScroll: true});
    }
  }

  function taskLink(task) {
    return element("button", {class: "link", text: tasks[task].id, click: () => {
      choose(task, {focus: true});
      showInGraph(task);
    }});
  }

  // ---- details of a task ----

  function definitions(pairs) {
    const list = element("dl");
    for (const [name, value] of pairs) {
      if (value === null || value === undefined || value === "") continue;
      list.append(element("dt", {text: name}), element("dd", {}, value));
    }
    return list;
  }

  function files(title, list, isInput) {
    if (list.length === 0) return [];
    const items = element("ul");
    for (const [path, bytes] of list) {
      const item = element("li", {}, element("code", {text: path}), " ", element("span", {class: "size", text: sizeText(bytes)}));
      if (isInput && writers.has(path)) item.append(" of ", taskLink(writers.get(path)));
      items.append(item);
    }
    return [element("h3", {text: `${title} (${list.length})`}), items];
  }

  function links(title, list) {
    if (list.length === 0) return [];
    const items = element("ul");
    for (const task of list) items.append(element("li", {}, taskLink(task)));
    return [element("h3", {text: `${title} (${list.length})`}), items];
  }

  function asCode(text) {
    return text === "{}" || text === "" ? null : element("code", {text});
  }

  function attempt(execution, count) {
    const part = element("div", {class: count > 1 ? "attempt" : ""});
    if (count > 1) part.append(element("h3", {text: `Attempt ${execution.attempt}`}));
    const before = median(execution.earlier);
    part.append(definitions([
      ["State", badge(execution.state)],
      ["Message", execution.message],
      ["Reason", execution.reason],
      ["Began", execution.start === 0 ? "with the run" : `${durationText(execution.start)} into the run`],
      ["Took", tookTime(execution) ? durationText(execution.duration) : ""],
      ["Median before", before === null ? "" : `${durationText(before)} of ${execution.earlier.length}`],
      ["Worker", tookTime(execution) ? String(execution.lane + 1) : ""],
      ["Critical path", execution.critical ? "yes: the run waited for it" : ""],
      ["CPU time", execution.cpu === null ? "" : durationText(execution.cpu)],
      ["Peak memory", execution.memory === null ? "" : sizeText(execution.memory)],
      ["Exit code", execution.exit_code === null ? "" : String(execution.exit_code)],
      ["Signal", execution.signal === null ? "" : String(execution.signal)],
      ["Arguments", asCode(execution.arguments)],
      ["Metrics", asCode(execution.metrics)],
      ["Task run", element("code", {text: execution.id})],
    ]));
    if (execution.earlier.length > 0 && execution.duration !== null)
      part.append(element("h3", {text: "Earlier, and this one"}), strip(execution, 340));
    part.append(...files("Read", execution.inputs, true), ...files("Wrote", execution.outputs, false));
    if (execution.output) part.append(element("h3", {text: "Output, its end"}), element("pre", {text: execution.output}));
    else if (execution.output_path) part.append(definitions([["Output", element("code", {text: execution.output_path})]]));
    return part;
  }

  function showDetails(details, index) {
    const task = tasks[index];
    details.replaceChildren();
    const title = element("h2", {text: task.id});
    title.id = "details-title";
    const close = element("button", {class: "close", text: "✕", click: () => choose(-1)});
    close.setAttribute("aria-label", "Close the details");
    details.append(title, close);
    if (task.description) details.append(element("p", {text: task.description}));
    details.append(definitions([["Type", task.type], ["Version", task.version], ["Standing", executionsOf[index].length === 0 ? task.words : ""]]));
    const list = executionsOf[index];
    if (list.length === 0) details.append(element("p", {class: "hint", text: "This run did not execute it."}));
    [...list].reverse().forEach((execution) => details.append(attempt(execution, list.length)));
    details.append(...links("Needs", task.needs), ...links("Needed by", neededBy[index]));
    details.scrollTop = 0;
  }

  // ---- the head of the page ----

  function showHead() {
    const run = data.run;
    byId("project").textContent = run.project;
    byId("run-name").textContent = `Run ${run.id.slice(0, 8)}`;
    byId("run-name").title = run.id;
    const failed = executions.some((execution) => isTrouble(execution) && execution === lastOf(execution.task));
    const verdict = byId("verdict");
    verdict.textContent = run.active ? "running" : failed ? "failed" : "succeeded";
    verdict.classList.add(run.active ? "busy" : failed ? "bad" : "good");
    byId("run-times").textContent = `${timeText(run.began)}, ${run.active ? "so far " : ""}${durationText(run.duration)}`
      + (run.host ? ` on ${run.host}` : "");
    byId("made").textContent = `Made by Rota ${run.rota_version}, ${timeText(run.made_at)}. Run ${run.id}.`;
    const counts = new Map();
    for (const execution of executions) counts.set(execution.state, (counts.get(execution.state) || 0) + 1);
    for (const [state, count] of counts)
      byId("counts").append(element("li", {class: toneOf(state)}, element("b", {text: String(count)}), state.replaceAll("_", " ")));
    const kept = tasks.filter((task, index) => executionsOf[index].length === 0).length;
    if (kept > 0) byId("counts").append(element("li", {class: "none"}, element("b", {text: String(kept)}), "not in this run"));
  }

  function failure(execution) {
    const card = element("div", {class: "failure card"}, taskLink(execution.task), " ", badge(execution.state));
    if (execution.message) card.append(element("p", {class: "message", text: execution.message}));
    if (execution.output) card.append(element("pre", {text: execution.output}));
    return card;
  }

  function showFailures() {
    const troubles = executions.filter(isTrouble);
    byId("failures-section").hidden = troubles.length === 0;
    const first = 3;
    byId("failures").append(...troubles.slice(0, first).map(failure));
    if (troubles.length <= first) return;
    const more = element("button", {text: `Show all ${troubles.length}`, click: () => {
      more.replaceWith(...troubles.slice(first).map(failure));
    }});
    byId("failures").append(more);
  }

  // ---- the graph ----

  const drawing = byId("graph-drawing");
  let view = null;  // x, y, width and height of what is seen
  let whole = null;

  function show() {
    drawing.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
  }

  // The drawing fills the window, which has another shape: what is seen has the window's.
  function fitGraph() {
    const window_ = drawing.getBoundingClientRect();
    const scale = Math.min(window_.width / whole.width, window_.height / whole.height, 1.6);
    const width = window_.width / scale;
    const height = window_.height / scale;
    view = {x: (whole.width - width) / 2, y: (whole.height - height) / 2, width, height};
    show();
  }

  function zoom(factor, atX = 0.5, atY = 0.5) {
    const width = Math.min(Math.max(view.width * factor, 120), whole.width * 4 + 2000);
    const real = width / view.width;
    view.x += view.width * (1 - real) * atX;
    view.y += view.height * (1 - real) * atY;
    view.width *= real;
    view.height *= real;
    show();
  }

  function centerOf(task) {
    const matrix = boxes[task].transform.baseVal.consolidate().matrix;
    return {x: matrix.e + 12, y: matrix.f + 12};
  }

  function showInGraph(task) {
    if (!drawing || !boxes[task]) return;
    const center = centerOf(task);
    const window_ = drawing.getBoundingClientRect();
    const readable = window_.width / 0.9;
    if (view.width > readable) {
      view.height *= readable / view.width;
      view.width = readable;
    }
    const margin = 60;
    if (center.x < view.x + margin || center.x > view.x + view.width - margin) view.x = center.x - view.width / 2;
    if (center.y < view.y + margin || center.y > view.y + view.height - margin) view.y = center.y - view.height / 2;
    show();
  }

  function moveByPointer() {
    let from = null;
    let moved = 0;
    drawing.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = {x: event.clientX, y: event.clientY};
      moved = 0;
    });
    drawing.addEventListener("pointermove", (event) => {
      if (!from) return;
      const scale = view.width / drawing.getBoundingClientRect().width;
      const dx = event.clientX - from.x;
      const dy = event.clientY - from.y;
      moved += Math.abs(dx) + Math.abs(dy);
      if (moved > 4 && !drawing.hasPointerCapture(event.pointerId)) {
        drawing.setPointerCapture(event.pointerId);
        drawing.classList.add("moving");
      }
      from = {x: event.clientX, y: event.clientY};
      view.x -= dx * scale;
      view.y -= dy * scale;
      show();
    });
    const end = () => {
      from = null;
      drawing.classList.remove("moving");
    };
    drawing.addEventListener("pointerup", end);
    drawing.addEventListener("pointercancel", end);
    drawing.addEventListener("click", (event) => {
      const box = event.target.closest(".task");
      if (moved > 4) return;
      if (box) choose(Number(box.id.slice(1)));
      else choose(-1);
    });
    drawing.addEventListener("wheel", (event) => {
      event.preventDefault();
      const seen = drawing.getBoundingClientRect();
      zoom(Math.exp(event.deltaY * 0.0015), (event.clientX - seen.left) / seen.width, (event.clientY - seen.top) / seen.height);
    }, {passive: false});
  }

  // Right and left go along the arrows, up and down to the nearest box above and below.
  function neighbour(task, key) {
    if (key === "ArrowRight") return neededBy[task][0];
    if (key === "ArrowLeft") return tasks[task].needs[0];
    const here = centerOf(task);
    const sign = key === "ArrowDown" ? 1 : -1;
    let best;
    let least = Infinity;
    boxes.forEach((box, other) => {
      if (!box || other === task) return;
      const there = centerOf(other);
      const dy = (there.y - here.y) * sign;
      const distance = dy + Math.abs(there.x - here.x) * 3;
      if (dy > 1 && distance < least) [best, least] = [other, distance];
    });
    return best;
  }

  function moveByKeys() {
    let stop = boxes.findIndex((box) => box);
    boxes.forEach((box, task) => {
      if (!box) return;
      box.setAttribute("role", "button");
      box.setAttribute("tabindex", task === stop ? "0" : "-1");
      box.setAttribute("aria-label", `${tasks[task].id}, ${tasks[task].words}`);
      if (isCritical[task]) box.classList.add("critical");
    });
    drawing.addEventListener("focusin", (event) => {
      const box = event.target.closest(".task");
      if (!box) return;
      boxes[stop]?.setAttribute("tabindex", "-1");
      stop = Number(box.id.slice(1));
      box.setAttribute("tabindex", "0");
    });
    drawing.addEventListener("keydown", (event) => {
      const box = event.target.closest(".task");
      if (!box) return;
      const task = Number(box.id.slice(1));
      if (event.key === "Enter" || event.key === " ") choose(task, {focus: true});
      else if (event.key === "+" || event.key === "=") zoom(1 / 1.3);
      else if (event.key === "-") zoom(1.3);
      else if (event.key === "0") fitGraph();
      else if (event.key.startsWith("Arrow")) {
        const next = neighbour(task, event.key);
        if (next !== undefined) {
          boxes[next].focus({preventScroll: true});
          showInGraph(next);
        }
      } else return;
      event.preventDefault();
    });
  }

  function showGraph() {
    if (!drawing) {
      byId("graph-section").hidden = true;
      return;
    }
    const box = drawing.viewBox.baseVal;
    whole = {width: box.width, height: box.height};
    tasks.forEach((task, index) => task.needs.forEach((need) => {
      if (isCritical[need] && isCritical[index]) byId(`a${need}-${index}`)?.classList.add("critical");
    }));
    const names = {succeeded: "succeeded", failed: "failed", running: "running", not_reached: "not reached",
      up_to_date: "was up to date", stale: "stale", never_ran: "never ran"};
    for (const [condition, name] of Object.entries(names)) {
      if (!tasks.some((task) => task.condition === condition)) continue;
      byId("graph-legend").append(element("li", {}, element("span", {class: `mark ${toneOf(condition)}`}), name));
    }
    const room = drawing.getBoundingClientRect().width;
    const wantedHeight = whole.height * Math.min(room / whole.width, 1.6) + 48;
    byId("graph").style.height = `${Math.min(Math.max(wantedHeight, 180), window.innerHeight * 0.62)}px`;
    fitGraph();
    moveByPointer();
    moveByKeys();
    byId("graph-in").addEventListener("click", () => zoom(1 / 1.4));
    byId("graph-out").addEventListener("click", () => zoom(1.4));
    byId("graph-fit").addEventListener("click", fitGraph);
    let lastWidth = drawing.getBoundingClientRect().width;
    new ResizeObserver(() => {
      const width = drawing.getBoundingClientRect().width;
      if (width > 0 && width !== lastWidth) {
        const scale = lastWidth / view.width;
        view.width = width / scale;
        view.height = drawing.getBoundingClientRect().height / scale;
        lastWidth = width;
        show();
        if (chosen >= 0) showInGraph(chosen);
      }
    }).observe(drawing);
  }

  // ---- the timeline ----

  const LANE = 26;
  const LEFT = 84;
  const TOP = 24;
  let stretch = 1;

  function tickStep(span, width) {
    const least = span / Math.max(1, width / 110);
    const power = 10 ** Math.floor(Math.log10(least));
    for (const factor of [1, 2, 5, 10]) if (power * factor >= least) return power * factor;
    return power * 10;
  }

  function drawTicks(picture, span, width, height) {
    const step = tickStep(span, width);
    for (let at = 0; at <= span; at += step) {
      const x = LEFT + at / span * width;
      picture.append(drawn("line", {class: "tick", x1: x, x2: x, y1: TOP - 6, y2: height}));
      const words = drawn("text", {class: "tick-text", x: x + 3, y: 13});
      words.textContent = at === 0 ? "0" : durationText(at);
      picture.append(words);
    }
  }

  function drawBar(execution, span, width) {
    const x = LEFT + execution.start / span * width;
    const length = (execution.duration ?? span - execution.start) / span * width;
    const y = TOP + execution.lane * LANE + 3;
    const bar = drawn("g", {class: `bar ${toneOf(execution.state)}${execution.critical ? " critical" : ""}`, role: "button",
      tabindex: "-1", "aria-label": `${tasks[execution.task].id}, ${execution.state}, ${durationText(execution.duration)}`});
    bar.append(drawn("rect", {x, y, width: Math.max(length, 2), height: LANE - 6, rx: 4}));
    const title = drawn("title");
    title.textContent = `${tasks[execution.task].id}\n${execution.state}, ${durationText(execution.duration)}`;
    bar.append(title);
    const letters = Math.floor((length - 10) / 6.8);
    if (letters >= 4) {
      const id = tasks[execution.task].id;
      const words = drawn("text", {x: x + 6, y: y + 14});
      words.textContent = id.length <= letters ? id : `${id.slice(0, letters - 1)}…`;
      bar.append(words);
    }
    bar.addEventListener("click", () => choose(execution.task));
    bar.classList.toggle("chosen", execution.task === chosen);
    bars.set(execution, bar);
    return bar;
  }

  const timed = executions.filter(tookTime).sort((a, b) => a.start - b.start || a.lane - b.lane);
  let timelineStop = timed[0];

  function drawTimeline() {
    const place = byId("timeline");
    const span = Math.max(data.run.duration, 0.001);
    const width = Math.max(200, (place.clientWidth - LEFT - 24) * stretch);
    const height = TOP + data.run.lanes * LANE + 8;
    const picture = drawn("svg", {width: LEFT + width + 24, height, role: "group", "aria-label": "Timeline of the executions"});
    drawTicks(picture, span, width, height);
    for (let lane = 0; lane < data.run.lanes; ++lane) {
      const y = TOP + lane * LANE;
      picture.append(drawn("line", {class: "lane-line", x1: 0, x2: LEFT + width + 24, y1: y, y2: y}));
      const words = drawn("text", {class: "lane-text", x: 12, y: y + 17});
      words.textContent = `worker ${lane + 1}`;
      picture.append(words);
    }
    bars.clear();
    for (const execution of timed) picture.append(drawBar(execution, span, width));
    bars.get(timelineStop)?.setAttribute("tabindex", "0");
    const seen = place.scrollLeft / Math.max(1, place.scrollWidth);
    place.replaceChildren(picture);
    place.scrollLeft = seen * place.scrollWidth;
    dim();
  }

  function moveInTimeline(event) {
    const at = timed.findIndex((execution) => bars.get(execution) === event.target);
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      choose(timed[at].task, {focus: true});
      event.preventDefault();
      return;
    }
    const inLane = (step) => {
      for (let other = at + step; other >= 0 && other < timed.length; other += step)
        if (timed[other].lane === timed[at].lane) return timed[other];
      return undefined;
    };
    const inOtherLane = (step) => timed.filter((other) => other.lane === timed[at].lane + step)
      .reduce((best, other) => !best || Math.abs(other.start - timed[at].start) < Math.abs(best.start - timed[at].start) ? other : best, undefined);
    const moves = {ArrowRight: () => inLane(1), ArrowLeft: () => inLane(-1), ArrowDown: () => inOtherLane(1),
      ArrowUp: () => inOtherLane(-1), Home: () => timed[0], End: () => timed.at(-1)};
    const next = moves[event.key]?.();
    if (moves[event.key]) event.preventDefault();
    if (!next) return;
    bars.get(timelineStop)?.setAttribute("tabindex", "-1");
    timelineStop = next;
    bars.get(next).setAttribute("tabindex", "0");
    bars.get(next).focus();
  }

  function showTimeline() {
    if (timed.length === 0) {
      byId("timeline-section").hidden = true;
      return;
    }
    drawTimeline();
    byId("timeline").addEventListener("keydown", moveInTimeline);
    const stretchBy = (factor) => {
      stretch = Math.min(Math.max(stretch * factor, 1), 400);
      drawTimeline();
    };
    byId("timeline-in").addEventListener("click", () => stretchBy(1.6));
    byId("timeline-out").addEventListener("click", () => stretchBy(1 / 1.6));
    byId("timeline-fit").addEventListener("click", () => stretchBy(1 / stretch));
    byId("timeline").addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      stretchBy(Math.exp(-event.deltaY * 0.002));
    }, {passive: false});
    let lastWidth = byId("timeline").clientWidth;
    new ResizeObserver(() => {
      const width = byId("timeline").clientWidth;
      if (width === 0 || width === lastWidth) return;
      lastWidth = width;
      drawTimeline();
    }).observe(byId("timeline"));
    const critical = timed.filter((execution) => execution.critical);
    const busy = critical.reduce((sum, execution) => sum + (execution.duration || 0), 0);
    byId("critical-words").textContent = critical.length === 0 ? "" :
      `Critical path: ${critical.length} of ${timed.length} executions, busy for ${durationText(busy)} of ${durationText(data.run.duration)}.`;
  }

  // ---- durations against earlier runs ----

  // Ticks for earlier executions, a long one for their median, a dot for this one.
  function strip(execution, width) {
    const most = Math.max(...execution.earlier, execution.duration) || 1;
    const x = (value) => 6 + value / most * (width - 12);
    const picture = drawn("svg", {class: `strip ${toneOf(execution.state)}`, width, height: 20, role: "img",
      "aria-label": `this one ${durationText(execution.duration)}, before ${execution.earlier.map(durationText).join(", ")}`});
    picture.append(drawn("line", {class: "base", x1: 6, x2: width - 6, y1: 10, y2: 10}));
    picture.append(drawn("path", {class: "before", d: execution.earlier.map((value) => `M${x(value).toFixed(1)} 6v8`).join("")}));
    const middle = x(median(execution.earlier)).toFixed(1);
    picture.append(drawn("path", {class: "middle", d: `M${middle} 2v16`}));
    picture.append(drawn("circle", {cx: x(execution.duration).toFixed(1), cy: 10, r: 4.5}));
    return picture;
  }

  const lines = tasks.map((task, index) => ({index, execution: lastOf(index)})).filter((line) => line.execution)
    .map(({index, execution}) => {
      const before = median(execution.earlier);
      const duration = tookTime(execution) ? execution.duration : null;
      const ratio = before && duration !== null ? duration / before : null;
      return {index, execution, id: tasks[index].id, state: execution.state, duration, median: before, ratio};
    });
  let sortedBy = {key: "duration", down: true};
  let shownRows = 200;
  let wanted = "";

  function changeText(line) {
    if (line.ratio === null) return element("td", {class: "number", text: "–"});
    const percent = Math.round((line.ratio - 1) * 100);
    const name = percent > 20 ? " slower" : percent < -20 ? " faster" : "";
    return element("td", {class: `number${name}`, text: line.ratio >= 10 ? `× ${line.ratio.toFixed(0)}` : `${percent > 0 ? "+" : ""}${percent} %`});
  }

  function drawRow(line) {
    const row = element("tr", {class: line.index === chosen ? "chosen" : ""},
      element("td", {}, taskLink(line.index)), element("td", {}, badge(line.state)),
      element("td", {class: "number", text: durationText(line.duration)}),
      element("td", {class: "number", text: durationText(line.median)}), changeText(line));
    const last = element("td");
    if (line.execution.earlier.length > 0 && line.duration !== null) last.append(strip(line.execution, 220));
    row.append(last);
    rows.set(line.index, row);
    return row;
  }

  function drawRows() {
    const {key, down} = sortedBy;
    const sorted = lines.filter((line) => line.id.toLowerCase().includes(wanted)).sort((a, b) => {
      const [one, other] = [a[key], b[key]];
      if (one === other) return a.index - b.index;
      if (one === null) return 1;
      if (other === null) return -1;
      return (one < other ? -1 : 1) * (down ? -1 : 1);
    });
    rows.clear();
    byId("durations").tBodies[0].replaceChildren(...sorted.slice(0, shownRows).map(drawRow));
    for (const button of document.querySelectorAll("#durations th button")) {
      const head = button.closest("th");
      if (button.dataset.key === key) head.setAttribute("aria-sort", down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
    byId("all-durations").hidden = sorted.length <= shownRows;
    byId("all-durations").textContent = `Show all ${sorted.length}`;
  }

  function showDurations() {
    for (const button of document.querySelectorAll("#durations th button"))
      button.addEventListener("click", () => {
        const key = button.dataset.key;
        sortedBy = {key, down: sortedBy.key === key ? !sortedBy.down : key !== "id" && key !== "state"};
        drawRows();
      });
    byId("all-durations").addEventListener("click", () => {
      shownRows = Infinity;
      drawRows();
    });
    drawRows();
  }

  // ---- finding, and light and dark ----

  const isWanted = (task) => tasks[task].id.toLowerCase().includes(wanted);

  function dim() {
    boxes.forEach((box, task) => box?.classList.toggle("dim", !isWanted(task)));
    drawing?.classList.toggle("finding", wanted !== "");
    for (const [execution, bar] of bars) bar.classList.toggle("dim", !isWanted(execution.task));
  }

  function find() {
    const field = byId("find");
    field.addEventListener("input", () => {
      wanted = field.value.trim().toLowerCase();
      dim();
      drawRows();
    });
    field.addEventListener("keydown", (event) => {
      const found = tasks.findIndex((task, index) => isWanted(index));
      if (event.key !== "Enter" || wanted === "" || found < 0) return;
      choose(found, {focus: true});
      drawing?.scrollIntoView({block: "center"});
      showInGraph(found);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && chosen >= 0) choose(-1);
      if (event.key === "/" && document.activeElement !== field) {
        event.preventDefault();
        field.focus();
      }
    });
  }

  function chooseTheme() {
    const prefersDark = matchMedia("(prefers-color-scheme: dark)");
    let given = null;
    const apply = () => {
      document.documentElement.dataset.theme = given ?? (prefersDark.matches ? "dark" : "light");
    };
    prefersDark.addEventListener("change", apply);
    byId("theme").addEventListener("click", () => {
      given = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
      apply();
    });
    apply();
  }

  chooseTheme();
  showHead();
  showFailures();
  showGraph();
  showTimeline();
  showDurations();
  find();
})();
