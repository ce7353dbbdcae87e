// SPDX-License-Identifier: Apache-2.0
// gstreamer_probe start: GStreamer brings its registry up to date and names the elements in it. Where it
// looks and keeps its registry, its own variables say: GST_PLUGIN_SYSTEM_PATH_1_0 and GST_REGISTRY_1_0.
#include "probe.h"

#include <string_view>

#include <gst/gst.h>

int main() {
  return probe::measure([] {
    gst_init(nullptr, nullptr);
    GList* elements = gst_registry_get_feature_list(gst_registry_get(), GST_TYPE_ELEMENT_FACTORY);
    std::size_t count = 0;
    for (GList* at = elements; at != nullptr; at = at->next) {
      const gchar* name = gst_plugin_feature_get_name(GST_PLUGIN_FEATURE(at->data));
      count += std::string_view(name).starts_with("BenchmarkPlugin") ? 1 : 0;
    }
    gst_plugin_feature_list_free(elements);
    return count;
  });
}
