// SPDX-License-Identifier: GPL-2.0-only
/* Copyright (C) 2026 The dash-linux authors
 *
 * Would the debug kernel say so?  A module with one bug of each kind, chosen by its
 * parameter and made while it loads.  gate.sh loads it, and the run must fail.  No part
 * of dash.ko, and never installed.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *kind = "";
module_param(kind, charp, 0);
MODULE_PARM_DESC(kind, "one of the names below");

static DEFINE_SPINLOCK(a);
static DEFINE_SPINLOCK(b);
static DEFINE_MUTEX(m);
static int *__rcu published;

static void nothing(void)
{
}

static void use_after_free(void)
{
	char *p = kmalloc(32, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(*p, 1);
}

static void inversion(void)
{
	spin_lock(&a);
	spin_lock(&b);
	spin_unlock(&b);
	spin_unlock(&a);
	spin_lock(&b);
	spin_lock(&a);
	spin_unlock(&a);
	spin_unlock(&b);
}

static void sleep_in_atomic(void)
{
	spin_lock(&a);
	mutex_lock(&m);
	mutex_unlock(&m);
	spin_unlock(&a);
}

static void unprotected_read(void)
{
	if (rcu_dereference(published))
		pr_info("plant: there is something\n");
}

static void leak(void)
{
	int i;

	/* one of them may still be found in a register that was not overwritten */
	for (i = 0; i < 10; i++) {
		char *p = kmalloc(512, GFP_KERNEL);

		if (p)
			memset(p, i, 512);
	}
}

static void tick(struct timer_list *t)
{
}

static void free_active_timer(void)
{
	struct timer_list *t = kmalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return;
	timer_setup(t, tick, 0);
	mod_timer(t, jiffies + 1000 * HZ);
	kfree(t);
}

static void warn(void)
{
	WARN_ON(1);
}

/* One entry twice: the list would go round for ever. */
static void corrupt_list(void)
{
	static struct list_head entry;
	LIST_HEAD(head);

	list_add(&entry, &head);
	list_add(&entry, &head);
}

static void beyond_array(void)
{
	static int numbers[4];
	int i = 5;

	OPTIMIZER_HIDE_VAR(i);
	numbers[i] = 1;
	OPTIMIZER_HIDE_VAR(i);
	pr_info("plant: %d\n", numbers[i & 3]);
}

static const struct {
	const char *name;
	void (*make)(void);
} bugs[] = {
	{ "none", nothing },
	{ "use-after-free", use_after_free },
	{ "inversion", inversion },
	{ "atomic", sleep_in_atomic },
	{ "rcu", unprotected_read },
	{ "leak", leak },
	{ "timer", free_active_timer },
	{ "warn", warn },
	{ "list", corrupt_list },
	{ "bounds", beyond_array },
};

static int __init plant_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++)
		if (!strcmp(bugs[i].name, kind)) {
			bugs[i].make();
			return 0;
		}
	return -EINVAL;
}

static void __exit plant_exit(void)
{
}

module_init(plant_init);
module_exit(plant_exit);
MODULE_DESCRIPTION("Bugs that the debug kernel must find");
MODULE_LICENSE("GPL");
