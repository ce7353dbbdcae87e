// SPDX-License-Identifier: Apache-2.0
// qt_probe discover FOLDER: Qt reads the metadata of each plugin, without loading it.
#include "probe.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <QPluginLoader>

int main(int argc, char** argv) {
  if (argc != 3) probe::fail("usage: qt_probe discover FOLDER");
  const QCoreApplication application(argc, argv);
  const std::vector<std::string> files = probe::plugin_files(argv[2]);
  return probe::measure([&] {
    std::size_t count = 0;
    for (const std::string& file : files) {
      const QPluginLoader loader(QString::fromStdString(file));
      const QJsonObject metadata = loader.metaData().value(QStringLiteral("MetaData")).toObject();
      count += metadata.value(QStringLiteral("task_id")).toString().isEmpty() ? 0 : 1;
    }
    return count;
  });
}
