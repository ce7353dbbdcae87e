// SPDX-License-Identifier: Apache-2.0
// A GStreamer plugin of one element; the names of both are as wide as those of the copies. The entry is the
// one that GStreamer looks for where none is named after the file.
#include <gst/gst.h>

namespace {

GType element_type() {
  static const GType type = g_type_register_static_simple(
      GST_TYPE_ELEMENT, "BenchmarkPlugin000000", sizeof(GstElementClass),
      [](gpointer element_class, gpointer) {
        gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(element_class), "Benchmark",
                                              "Generic", "One of many that do nothing", "Rota");
      },
      sizeof(GstElement), nullptr, static_cast<GTypeFlags>(0));
  return type;
}

gboolean initialize(GstPlugin* plugin) {
  return gst_element_register(plugin, "BenchmarkPlugin000000", GST_RANK_NONE, element_type());
}

}  // namespace

extern "C" [[gnu::visibility("default")]] const GstPluginDesc gst_plugin_desc;
const GstPluginDesc gst_plugin_desc = {GST_VERSION_MAJOR,
                                       GST_VERSION_MINOR,
                                       "BenchmarkPlugin000000",
                                       "One of many plugins that do nothing",
                                       initialize,
                                       "1.0.0",
                                       "Apache 2.0",
                                       "rota",
                                       "rota",
                                       "https://example.org",
                                       nullptr,
                                       {nullptr}};
