#include "deployers.h"

const hd_deployer *const hd_deployers[] = {
    &hd_deployer_kubernetes,
    &hd_deployer_marathon,
    NULL,
};

const hd_deployer *hd_deployer_find(const char *name)
{
    for (size_t i = 0; hd_deployers[i] != NULL; i++) {
        if (hd_streq(hd_deployers[i]->name, name)) {
            return hd_deployers[i];
        }
    }
    return NULL;
}
