// SPDX-License-Identifier: Apache-2.0
// A Qt plugin of one class; the id in its metadata is as wide as those of the copies.
#pragma once

#include <QObject>

class QtPlugin : public QObject {
  Q_OBJECT
  Q_PLUGIN_METADATA(IID "rota.benchmark" FILE "qt_plugin.json")
};
