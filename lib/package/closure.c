#include "store-internal.h"

#include <stdlib.h>
#include <string.h>

/* More than any real package needs by two orders of magnitude. */
enum { CLOSURE_MAX = 16384 };

/* How much of a long chain is shown in a message. */
enum { CHAIN_FIRST = 2, CHAIN_LAST = 4 };

typedef struct dep_node dep_node;
typedef HD_VEC(dep_node *) dep_nodes;

struct dep_node {
    const char *ident;
    const hd_package *package;
    const dep_node *wanted_by; /* who asked for it first; NULL for a root */
    size_t waiting;            /* dependencies that are not placed yet */
    dep_nodes dependants;
};

/* One run of hd_store_closure. */
typedef struct dep_graph {
    hd_store *store;
    hd_arena *arena;
    hd_strmap *by_ident;
    dep_nodes found; /* in the order of discovery */
} dep_graph;

/* "a needs b needs c" of the path, which is given from its end to its start. */
static const char *chain_text(hd_arena *arena, const hd_strings *path)
{
    const char *text = "";
    for (size_t i = 0; i < path->count; i++) {
        bool shown = i < CHAIN_FIRST || i + CHAIN_LAST >= path->count;
        bool gap = i == CHAIN_FIRST && !shown;
        if (shown || gap) {
            text = hd_arena_printf(arena, "%s%s%s", text, i == 0 ? "" : " needs ",
                                   shown ? path->items[path->count - 1 - i] : "...");
        }
    }
    return text;
}

static int add(dep_graph *graph, const hd_package *package, const char *ident,
               const dep_node *wanted_by, hd_error *err)
{
    if (graph->found.count >= CLOSURE_MAX) {
        return hd_fail(err, HD_E_LIMIT, "more than %d packages are needed at run time",
                       CLOSURE_MAX);
    }
    dep_node *added = HD_NEW(graph->arena, dep_node);
    added->ident = ident;
    added->package = package;
    added->wanted_by = wanted_by;
    hd_vec_push_arena(graph->arena, &graph->found, added);
    hd_strmap_put(graph->by_ident, ident, added);
    return 0;
}

static int fetch(dep_graph *graph, const dep_node *dependant, const hd_ident *wanted,
                 const char *ident, hd_error *err)
{
    const hd_package *package = NULL;
    int status = hd_store_resolve(graph->store, wanted, &package, err);
    if (status == 0) {
        return add(graph, package, ident, dependant, err);
    }
    hd_strings path = {0};
    hd_vec_push_arena(graph->arena, &path, ident);
    for (const dep_node *at = dependant; at != NULL; at = at->wanted_by) {
        hd_vec_push_arena(graph->arena, &path, at->ident);
    }
    return hd_wrap(err, "%s", chain_text(graph->arena, &path));
}

/* Makes sure that each of the dependencies is in the graph, and counts it as one. */
static int link_all(dep_graph *graph, dep_node *dependant, const hd_idents *wanted, hd_error *err)
{
    for (size_t i = 0; i < wanted->count; i++) {
        const char *ident = hd_ident_text(graph->arena, &wanted->items[i]);
        if (!hd_strmap_has(graph->by_ident, ident)) {
            int status = fetch(graph, dependant, &wanted->items[i], ident, err);
            if (status != 0) {
                return status;
            }
        }
        dep_node *dependency = hd_strmap_get(graph->by_ident, ident);
        hd_vec_push_arena(graph->arena, &dependency->dependants, dependant);
        dependant->waiting++;
    }
    return 0;
}

static int add_roots(dep_graph *graph, const hd_package *const *roots, size_t count, hd_error *err)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < count; i++) {
        const char *ident = hd_ident_text(graph->arena, &roots[i]->ident);
        if (!hd_strmap_has(graph->by_ident, ident)) {
            status = add(graph, roots[i], ident, NULL, err);
        }
    }
    return status;
}

/* Direct dependencies are followed to their end before the transitive lists are looked at: those
 * repeat everything below a package, and would make every chain in a message one step long. Lists
 * of packages that were added meanwhile are followed in turn. */
static int discover(dep_graph *graph, hd_error *err)
{
    size_t direct = 0;
    for (size_t listed = 0; listed < graph->found.count; listed++) {
        for (; direct < graph->found.count; direct++) {
            dep_node *at = graph->found.items[direct];
            int status = link_all(graph, at, &at->package->deps, err);
            if (status != 0) {
                return status;
            }
        }
        dep_node *at = graph->found.items[listed];
        int status = link_all(graph, at, &at->package->tdeps, err);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* A heap of the nodes that wait for nothing, the first by identifier on top. */

static void swap(dep_node **a, dep_node **b)
{
    dep_node *other = *a;
    *a = *b;
    *b = other;
}

static bool is_before(const dep_nodes *heap, size_t a, size_t b)
{
    return strcmp(heap->items[a]->ident, heap->items[b]->ident) < 0;
}

static void heap_push(hd_arena *arena, dep_nodes *heap, dep_node *item)
{
    hd_vec_push_arena(arena, heap, item);
    for (size_t i = heap->count - 1; i > 0 && is_before(heap, i, (i - 1) / 2); i = (i - 1) / 2) {
        swap(&heap->items[i], &heap->items[(i - 1) / 2]);
    }
}

static dep_node *heap_pop(dep_nodes *heap)
{
    dep_node *top = heap->items[0];
    heap->items[0] = heap->items[--heap->count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < heap->count; child++) {
            least = is_before(heap, child, least) ? child : least;
        }
        if (least == i) {
            return top;
        }
        swap(&heap->items[i], &heap->items[least]);
        i = least;
    }
}

static hd_packages in_order(dep_graph *graph)
{
    hd_packages packages = {0};
    dep_nodes free_nodes = {0};
    for (size_t i = 0; i < graph->found.count; i++) {
        if (graph->found.items[i]->waiting == 0) {
            heap_push(graph->arena, &free_nodes, graph->found.items[i]);
        }
    }
    while (free_nodes.count > 0) {
        dep_node *placed = heap_pop(&free_nodes);
        hd_vec_push_arena(graph->store->arena, &packages, placed->package);
        for (size_t i = 0; i < placed->dependants.count; i++) {
            dep_node *dependant = placed->dependants.items[i];
            if (--dependant->waiting == 0) {
                heap_push(graph->arena, &free_nodes, dependant);
            }
        }
    }
    return packages;
}

/* A dependency that could not be placed; there is one for every node that waits. */
static dep_node *waiting_dependency(const dep_graph *graph, const dep_node *dependant)
{
    const hd_idents *lists[] = {&dependant->package->deps, &dependant->package->tdeps};
    for (size_t list = 0; list < HD_COUNT(lists); list++) {
        for (size_t i = 0; i < lists[list]->count; i++) {
            const char *ident = hd_ident_text(graph->arena, &lists[list]->items[i]);
            dep_node *dependency = hd_strmap_get(graph->by_ident, ident);
            if (dependency->waiting > 0) {
                return dependency;
            }
        }
    }
    return NULL;
}

/* From any node that waits, going down long enough ends in a circle; once around it is shown. */
static int cycle(const dep_graph *graph, hd_error *err)
{
    dep_node *at = NULL;
    for (size_t i = 0; at == NULL && i < graph->found.count; i++) {
        at = graph->found.items[i]->waiting > 0 ? graph->found.items[i] : NULL;
    }
    hd_auto(hd_strmap) *seen = hd_strmap_new();
    while (at != NULL && hd_strmap_put(seen, at->ident, at)) {
        at = waiting_dependency(graph, at);
    }
    if (at == NULL) {
        return hd_fail(err, HD_E_INTERNAL, "dependencies without an order, and without a cycle");
    }
    hd_strings path = {0};
    hd_vec_push_arena(graph->arena, &path, at->ident);
    for (size_t i = hd_strmap_count(seen); i > 0; i--) {
        const char *ident = hd_strmap_key_at(seen, i - 1);
        hd_vec_push_arena(graph->arena, &path, ident);
        if (hd_streq(ident, at->ident)) {
            break;
        }
    }
    return hd_fail(err, HD_E_INVALID, "packages need each other: %s",
                   chain_text(graph->arena, &path));
}

int hd_store_closure(hd_store *store, const hd_package *const *roots, size_t count,
                     hd_closure *ret_closure, hd_error *err)
{
    hd_auto(hd_arena) *arena = hd_arena_new();
    hd_auto(hd_strmap) *by_ident = hd_strmap_new();
    dep_graph graph = {.store = store, .arena = arena, .by_ident = by_ident};
    int status = add_roots(&graph, roots, count, err);
    if (status == 0) {
        status = discover(&graph, err);
    }
    if (status != 0) {
        return status;
    }
    hd_packages packages = in_order(&graph);
    if (packages.count < graph.found.count) {
        return cycle(&graph, err);
    }
    ret_closure->packages = packages;
    return 0;
}
