#include "hd/io/pool.h"

#include "hd/base/cancel.h"
#include "hd/base/mem.h"
#include "hd/base/vec.h"

#include <pthread.h>

typedef struct pool {
    pthread_mutex_t lock; /* guards what follows */
    size_t next;
    size_t failed; /* the earliest failed job; count while there is none */
    hd_error error;

    char *jobs;
    size_t size;
    size_t count;
    hd_job_function *function;
} pool;

/* The next job to do, or count when there is none (any more). */
static size_t take_job(pool *self)
{
    (void)pthread_mutex_lock(&self->lock);
    bool stop = self->failed < self->count;
    size_t job = stop || self->next == self->count ? self->count : self->next++;
    (void)pthread_mutex_unlock(&self->lock);
    return job;
}

static void report(pool *self, size_t job, const hd_error *error)
{
    (void)pthread_mutex_lock(&self->lock);
    if (job < self->failed) {
        self->failed = job;
        self->error = *error;
    }
    (void)pthread_mutex_unlock(&self->lock);
}

static void *work(void *argument)
{
    pool *self = argument;
    for (size_t job; (job = take_job(self)) < self->count;) {
        hd_error error = {0};
        int status = hd_cancel_check(&error);
        if (status == 0) {
            status = self->function(self->jobs + job * self->size, &error);
        }
        if (status != 0) {
            report(self, job, &error);
        }
    }
    return NULL;
}

static size_t thread_count(unsigned wanted, size_t jobs)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = wanted > 0 ? wanted : processors > 0 ? (size_t)processors : 1;
    return threads < jobs ? threads : jobs;
}

int hd_pool_run(unsigned threads, void *jobs, size_t size, size_t count, hd_job_function *function,
                hd_error *err)
{
    pool self = {.jobs = jobs, .size = size, .count = count, .failed = count, .function = function};
    if (pthread_mutex_init(&self.lock, NULL) != 0) {
        return hd_fail(err, HD_E_INTERNAL, "cannot make a lock");
    }
    HD_VEC(pthread_t) helpers = {0};
    for (size_t i = 1; i < thread_count(threads, count); i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, work, &self) != 0) {
            break; /* fewer threads are slower, not wrong */
        }
        hd_vec_push(&helpers, thread);
    }
    (void)work(&self);
    for (size_t i = 0; i < helpers.count; i++) {
        (void)pthread_join(helpers.items[i], NULL);
    }
    hd_vec_done(&helpers);
    (void)pthread_mutex_destroy(&self.lock);
    if (self.failed < count) {
        *err = self.error;
        return -hd_exit_status(err);
    }
    return 0;
}
