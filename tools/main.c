#include "cli.h"

int main(int argc, char **argv)
{
    return hd_cli_main(argc, argv);
}
