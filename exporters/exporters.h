/*
 * exporters.h: the rows of the table in registry.c. A new exporter declares itself here.
 */
#ifndef HD_EXPORTERS_H
#define HD_EXPORTERS_H

#include "hd/exporter.h"

extern const hd_exporter hd_exporter_docker;
extern const hd_exporter hd_exporter_oci;
extern const hd_exporter hd_exporter_mesos;

#endif
