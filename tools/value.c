// SPDX-License-Identifier: GPL-2.0-or-later
/* Copyright (C) 2026 The dash-linux authors
 *
 * What does the text of one value mean, and how is a value written back?  Every
 * kind of value of spec/config.md section 2: one parser from text, one printer
 * of the canonical form; JSON numbers, words and range objects are brought to
 * text first, so that each kind is understood in one place.
 *
 * Every refusal is one phrase that quotes the value.  Pure functions; called by
 * object.c (files), show.c and dashctl.c (words of the command line).
 */
#include "value.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "util.h"

static __attribute__((format(printf, 3, 4)))
bool refuse(struct value_note *note, const char *code, const char *fmt, ...)
{
	va_list ap;

	note->code = code;
	va_start(ap, fmt);
	vsnprintf(note->error, sizeof(note->error), fmt, ap);
	va_end(ap);
	return false;
}

/* ---- numbers ---- */

/* Decimal or 0x hexadecimal.  0, -EINVAL not a number, -ERANGE beyond 64 bits. */
static int number(const char *s, size_t len, uint64_t *out)
{
	bool hex = len > 2 && s[0] == '0' && (s[1] | 0x20) == 'x';
	uint64_t v = 0;
	size_t i;

	if (!len)
		return -EINVAL;
	for (i = hex ? 2 : 0; i < len; i++) {
		int d = hex_digit(s[i]);

		if (d < 0 || (!hex && d > 9))
			return -EINVAL;
		if (__builtin_mul_overflow(v, hex ? 16u : 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return -ERANGE;
	}
	*out = v;
	return 0;
}

static void put_uint(struct value *v, uint64_t n, uint8_t size)
{
	uint8_t n8 = (uint8_t)n;
	uint16_t n16 = (uint16_t)n;
	uint32_t n32 = (uint32_t)n;

	v->len = size;
	memcpy(v->b, size == 1 ? (void *)&n8 : size == 2 ? (void *)&n16 :
	       size == 4 ? (void *)&n32 : (void *)&n, size);
}

static uint64_t get_uint(const void *data, size_t len)
{
	uint8_t n8;
	uint16_t n16;
	uint32_t n32;
	uint64_t n;

	switch (len) {
	case 1:
		memcpy(&n8, data, 1);
		return n8;
	case 2:
		memcpy(&n16, data, 2);
		return n16;
	case 4:
		memcpy(&n32, data, 4);
		return n32;
	default:
		memcpy(&n, data, 8);
		return n;
	}
}

static bool bounded(const char *s, size_t len, uint64_t min, uint64_t max, uint64_t *n,
		    struct value_note *note)
{
	int e = number(s, len, n);

	if (e == -EINVAL && len && s[0] == '-' && !number(s + 1, len - 1, n))
		e = -ERANGE;
	if (e == -EINVAL)
		return refuse(note, "EINVAL", "\"%.*s\" is not a number", (int)len, s);
	if (e || *n < min || *n > max)
		return refuse(note, "EINVAL", "%.*s is not in %llu..%llu", (int)len, s,
			      (unsigned long long)min, (unsigned long long)max);
	return true;
}

static bool parse_bool(const char *s, size_t len, struct value *v, struct value_note *note)
{
	bool yes = (len == 4 && !strncasecmp(s, "true", 4)) || (len == 1 && s[0] == '1');
	bool no = (len == 5 && !strncasecmp(s, "false", 5)) || (len == 1 && s[0] == '0');

	if (!yes && !no)
		return refuse(note, "EINVAL", "\"%.*s\" is neither true nor false", (int)len, s);
	put_uint(v, yes, 1);
	return true;
}

/* first-last, or one number for both; bits: how far the first is shifted */
static bool parse_range(const char *s, size_t len, uint64_t min, uint64_t max, int bits,
			struct value *v, struct value_note *note)
{
	const char *dash = memchr(s, '-', len);
	uint64_t lo, hi;

	if (dash == s)
		dash = NULL;
	if (!bounded(s, dash ? (size_t)(dash - s) : len, min, max, &lo, note))
		return false;
	hi = lo;
	if (dash && !bounded(dash + 1, len - (size_t)(dash + 1 - s), min, max, &hi, note))
		return false;
	if (lo > hi)
		return refuse(note, "EINVAL", "range \"%.*s\" ends before it begins", (int)len, s);
	put_uint(v, lo << bits | hi, bits == 32 ? 8 : 4);
	return true;
}

/* ---- words ---- */

/* The prefix a protobuf spelling may carry, as in ROUTING_TYPE_VNET or ACTION_TYPE_4_to_6. */
static const char *const word_prefixes[] = {
	"ROUTING_TYPE_", "ACTION_TYPE_", "STATE_", "IP_VERSION_", "ENCAP_TYPE_", "MODE_", "ACTION_",
	"DIRECTION_LOOKUP_", "DSCP_MODE_",
};

static const struct word *find_word(const struct word *words, const char *s, size_t len)
{
	const struct word *w;

	for (w = words; w->name; w++)
		if (strlen(w->name) == len && !strncasecmp(w->name, s, len))
			return w;
	return NULL;
}

static bool parse_enum(const struct field *f, const char *s, size_t len, struct value *v,
		       struct value_note *note)
{
	const struct word *w = find_word(f->words, s, len);
	struct buf list = { 0 };
	size_t i;

	for (i = 0; !w && i < ARRAY_SIZE(word_prefixes); i++) {
		size_t n = strlen(word_prefixes[i]);

		if (len > n && !strncasecmp(s, word_prefixes[i], n))
			w = find_word(f->words, s + n, len - n);
	}
	if (w && w->later)
		return refuse(note, "ENOTSUP", "\"%s\" is not available in this release", w->name);
	if (w) {
		put_uint(v, w->value, f->size);
		return true;
	}
	for (w = f->words; w->name; w++)
		if (w == f->words || w->value != w[-1].value)
			buf_printf(&list, "%s%s", list.len ? ", " : "", w->name);
	refuse(note, "EINVAL", "\"%.*s\" is none of: %s", (int)len, s, (char *)list.p);
	buf_free(&list);
	return false;
}

static bool parse_name(const char *s, size_t len, struct value *v, struct value_note *note)
{
	size_t i;

	if (!len || len > VALUE_MAX - 1)
		return refuse(note, "EINVAL", "name of %zu bytes: 1 to %d are accepted", len,
			      VALUE_MAX - 1);
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f || s[i] == '|')
			return refuse(note, "EINVAL", "\"%.*s\" holds character 0x%02x at position %zu",
				      (int)i, s, (unsigned char)s[i], i + 1);
	memcpy(v->b, s, len);
	v->b[len] = '\0';
	v->len = len + 1;
	return true;
}

/* ---- addresses ---- */

bool mac_parse(const char *s, size_t len, unsigned char *mac)
{
	size_t step = len == 12 ? 2 : 3, i;
	char sep = len == 17 ? s[2] : 0;

	if ((len != 12 && len != 17) || (sep && sep != ':' && sep != '-'))
		return false;
	for (i = 0; i < 6; i++) {
		int hi = hex_digit(s[i * step]), lo = hex_digit(s[i * step + 1]);

		if (hi < 0 || lo < 0 || (sep && i < 5 && s[i * 3 + 2] != sep))
			return false;
		mac[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

size_t ip_parse(const char *s, size_t len, unsigned char *ip)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	char text[INET6_ADDRSTRLEN];

	if (!len || len >= sizeof(text) || memchr(s, '\0', len))
		return 0;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, ip) == 1)
		return 4;
	if (inet_pton(AF_INET6, text, ip) == 1 && memcmp(ip, mapped, sizeof(mapped)))
		return 16;
	return 0;
}

/* glibc's inet_ntop() writes ::1.2.3.4 where RFC 5952 wants ::102:304. */
const char *ip_text(const unsigned char *ip, size_t len, char *out)
{
	int best = -1, best_n = 1, i, n;
	char *p = out;

	if (len == 4) {
		sprintf(out, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
		return out;
	}
	for (i = 0; i < 8; i += n ? n : 1) {
		for (n = 0; i + n < 8 && !ip[2 * (i + n)] && !ip[2 * (i + n) + 1]; n++)
			;
		if (n > best_n) {
			best = i;
			best_n = n;
		}
	}
	for (i = 0; i < 8; i++) {
		if (i == best) {
			p += sprintf(p, "::");
			i += best_n - 1;
			continue;
		}
		p += sprintf(p, "%s%x", i && i != best + best_n ? ":" : "",
			     (unsigned int)(ip[2 * i] << 8 | ip[2 * i + 1]));
	}
	if (p == out)
		strcpy(out, "::");
	return out;
}

static bool parse_ip(const struct field *f, const char *s, size_t len, struct value *v,
		     struct value_note *note)
{
	static const unsigned char zero[16];

	v->len = ip_parse(s, len, v->b);
	if (!v->len)
		return refuse(note, "EINVAL", "\"%.*s\" is not an IP address", (int)len, s);
	if ((f->flags & F_UNICAST) &&
	    (!memcmp(v->b, zero, v->len) || (v->len == 16 && v->b[0] == 0xff) ||
	     (v->len == 4 && v->b[0] >= 224)))
		return refuse(note, "EINVAL", "%.*s is not a unicast address", (int)len, s);
	return true;
}

static bool parse_prefix(const char *s, size_t len, struct value *v, struct value_note *note)
{
	const char *slash = memchr(s, '/', len);
	size_t ip_len = slash ? (size_t)(slash - s) : len, bytes, i;
	char text[46];
	bool host = false;
	uint64_t bits;

	bytes = ip_parse(s, ip_len, v->b);
	if (!bytes)
		return refuse(note, "EINVAL", "\"%.*s\" is not an IP prefix", (int)len, s);
	bits = bytes * 8;
	if (slash && (number(slash + 1, len - ip_len - 1, &bits) || bits > bytes * 8))
		return refuse(note, "EINVAL", "\"%.*s\": prefix length is not in 0..%zu", (int)len, s,
			      bytes * 8);
	for (i = bits / 8; i < bytes; i++) {
		unsigned char keep = i == bits / 8 ? (unsigned char)(0xff00 >> (bits % 8)) : 0;

		host |= v->b[i] & ~keep;
		v->b[i] &= keep;
	}
	v->b[bytes] = (unsigned char)bits;
	v->len = bytes + 1;
	if (host)
		snprintf(note->warning, sizeof(note->warning), "host bits of \"%.*s\" cleared: %s/%u",
			 (int)len, s, ip_text(v->b, bytes, text), (unsigned int)bits);
	return true;
}

static bool parse_mask(const char *s, size_t len, struct value *v, struct value_note *note)
{
	const char *slash = memchr(s, '/', len);
	size_t ip_len = slash ? (size_t)(slash - s) : len, i;
	uint64_t bits;

	v->len = 32;
	if (!slash || ip_parse(s, ip_len, v->b) != 16)
		return refuse(note, "EINVAL", "\"%.*s\" is not an IPv6 value/mask", (int)len, s);
	if (ip_parse(slash + 1, len - ip_len - 1, v->b + 16) == 16)
		return true;
	if (number(slash + 1, len - ip_len - 1, &bits) || bits > 128)
		return refuse(note, "EINVAL", "\"%.*s\" is not an IPv6 value/mask", (int)len, s);
	for (i = 0; i < 16; i++)
		v->b[16 + i] = bits >= 8 * i + 8 ? 0xff :
			       bits <= 8 * i ? 0 : (unsigned char)(0xff00 >> (bits - 8 * i));
	return true;
}

static bool parse_mac(const struct field *f, const char *s, size_t len, struct value *v,
		      struct value_note *note)
{
	static const unsigned char zero[6];

	v->len = 6;
	if (!mac_parse(s, len, v->b))
		return refuse(note, "EINVAL", "\"%.*s\" is not a MAC address", (int)len, s);
	if ((f->flags & (F_UNICAST | F_NONZERO)) && !memcmp(v->b, zero, 6))
		return refuse(note, "EINVAL", "MAC address is zero");
	if ((f->flags & F_UNICAST) && (v->b[0] & 1))
		return refuse(note, "EINVAL", "MAC address %.*s is multicast", (int)len, s);
	if ((f->flags & F_NONZERO) && (v->b[0] & 1))
		snprintf(note->warning, sizeof(note->warning), "MAC address %.*s is multicast",
			 (int)len, s);
	return true;
}

static bool parse_eni(const char *s, size_t len, struct value *v, struct value_note *note)
{
	unsigned char mac[6];

	if (!mac_parse(s, len, mac))
		return parse_name(s, len, v, note);
	v->len = (size_t)sprintf((char *)v->b, "%02X:%02X:%02X:%02X:%02X:%02X", mac[0], mac[1],
				 mac[2], mac[3], mac[4], mac[5]) + 1;
	return true;
}

/* ---- entry points ---- */

bool value_parse(const struct field *f, const char *s, size_t len, struct value *v,
		 struct value_note *note)
{
	uint64_t n;

	memset(note, 0, offsetof(struct value_note, error) + 1);
	note->warning[0] = '\0';
	switch (f->type) {
	case V_UINT:
		if (!bounded(s, len, f->min, f->max, &n, note))
			return false;
		put_uint(v, n, f->size);
		return true;
	case V_BOOL:
		return parse_bool(s, len, v, note);
	case V_ENUM:
		return parse_enum(f, s, len, v, note);
	case V_IP:
		return parse_ip(f, s, len, v, note);
	case V_PREFIX:
		return parse_prefix(s, len, v, note);
	case V_MASK:
		return parse_mask(s, len, v, note);
	case V_MAC:
		return parse_mac(f, s, len, v, note);
	case V_NAME:
		return parse_name(s, len, v, note);
	case V_ENI:
		return parse_eni(s, len, v, note);
	case V_VNIS:
		return parse_range(s, len, 1, 0xffffff, 32, v, note);
	case V_PORTS:
		return parse_range(s, len, 0, 0xffff, 16, v, note);
	case V_ACTIONS:
		break;
	}
	return refuse(note, "EINVAL", "expected an object");
}

static bool wrong_type(const struct field *f, const struct json *j, struct value_note *note)
{
	static const char *const wanted[] = {
		[V_UINT] = "a number", [V_BOOL] = "true or false", [V_ENUM] = "a word",
		[V_IP] = "an IP address", [V_PREFIX] = "an IP prefix", [V_MASK] = "an IPv6 value/mask",
		[V_MAC] = "a MAC address", [V_NAME] = "a string", [V_ENI] = "a string",
		[V_VNIS] = "a range", [V_PORTS] = "a range", [V_ACTIONS] = "an object",
	};

	return refuse(note, "EINVAL", "expected %s, found %s", wanted[f->type],
		      json_type_name(j->type));
}

/* {"min":80,"max":90}, {"value":80}, {"range":{...}}: brought to "80-90" */
static bool range_object(const struct field *f, const struct json *j, struct value *v,
			 struct value_note *note)
{
	const struct json *lo = json_member(j, "min"), *hi = json_member(j, "max");
	const struct json *one = json_member(j, "value"), *range = json_member(j, "range");
	char text[96];

	if (range && j->n == 1)
		return range->type == JSON_OBJECT ? range_object(f, range, v, note) : wrong_type(f, range, note);
	if (one && j->n == 1)
		lo = hi = one;
	else if (!lo || !hi || j->n != 2)
		return refuse(note, "EINVAL", "range is neither {\"min\", \"max\"} nor {\"value\"}");
	if ((lo->type != JSON_NUMBER && lo->type != JSON_STRING) || lo->len > 40)
		return wrong_type(f, lo, note);
	if ((hi->type != JSON_NUMBER && hi->type != JSON_STRING) || hi->len > 40)
		return wrong_type(f, hi, note);
	snprintf(text, sizeof(text), "%s-%s", lo->s, hi->s);
	return value_parse(f, text, strlen(text), v, note);
}

bool value_from_json(const struct field *f, const struct json *j, struct value *v,
		     struct value_note *note)
{
	bool range = f->type == V_VNIS || f->type == V_PORTS;

	memset(note, 0, offsetof(struct value_note, error) + 1);
	note->warning[0] = '\0';
	switch (j->type) {
	case JSON_STRING:
		return value_parse(f, j->s, j->len, v, note);
	case JSON_NUMBER:
		if (f->type == V_UINT || f->type == V_BOOL || range) {
			if (strpbrk(j->s, ".eE"))
				return refuse(note, "EINVAL", "%s is not an integer", j->s);
			return value_parse(f, j->s, j->len, v, note);
		}
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		if (f->type == V_BOOL) {
			put_uint(v, j->type == JSON_TRUE, 1);
			return true;
		}
		break;
	case JSON_OBJECT:
		if (range)
			return range_object(f, j, v, note);
		break;
	default:
		break;
	}
	return wrong_type(f, j, note);
}

bool value_is_bare(const struct field *f)
{
	return f->type == V_UINT || f->type == V_BOOL;
}

static const char *range_text(uint64_t lo, uint64_t hi, char *out)
{
	if (lo == hi)
		sprintf(out, "%llu", (unsigned long long)lo);
	else
		sprintf(out, "%llu-%llu", (unsigned long long)lo, (unsigned long long)hi);
	return out;
}

static const char *enum_text(const struct field *f, uint64_t n, char *out)
{
	const struct word *w;

	for (w = f->words; w->name; w++)
		if (w->value == n)
			return strcpy(out, w->name);
	sprintf(out, "%llu", (unsigned long long)n);
	return out;
}

const char *value_text(const struct field *f, const void *data, size_t len, char *out)
{
	const unsigned char *b = data;
	uint64_t n;

	strcpy(out, "?");
	switch (f->type) {
	case V_UINT:
		if (len == 1 || len == 2 || len == 4 || len == 8)
			sprintf(out, "%llu", (unsigned long long)get_uint(b, len));
		break;
	case V_BOOL:
		if (len == 1)
			strcpy(out, *b ? "true" : "false");
		break;
	case V_ENUM:
		if (len == 1 || len == 2 || len == 4)
			enum_text(f, get_uint(b, len), out);
		break;
	case V_IP:
		if (len == 4 || len == 16)
			ip_text(b, len, out);
		break;
	case V_PREFIX:
		if (len == 5 || len == 17)
			sprintf(out + strlen(ip_text(b, len - 1, out)), "/%u", b[len - 1]);
		break;
	case V_MASK:
		if (len == 32) {
			ip_text(b, 16, out);
			strcat(out, "/");
			ip_text(b + 16, 16, out + strlen(out));
		}
		break;
	case V_MAC:
		if (len == 6)
			sprintf(out, "%02X:%02X:%02X:%02X:%02X:%02X", b[0], b[1], b[2], b[3], b[4], b[5]);
		break;
	case V_NAME:
	case V_ENI:
		if (len && len <= VALUE_MAX && !b[len - 1])
			strcpy(out, (const char *)b);
		break;
	case V_VNIS:
		if (len == 8) {
			n = get_uint(b, 8);
			range_text(n >> 32, n & 0xffffffff, out);
		}
		break;
	case V_PORTS:
		if (len == 4) {
			n = get_uint(b, 4);
			range_text(n >> 16, n & 0xffff, out);
		}
		break;
	case V_ACTIONS:
		break;
	}
	return out;
}

bool value_is_default(const struct field *f, const void *data, size_t len)
{
	struct value_note note;
	struct value def;

	return f->def && value_parse(f, f->def, strlen(f->def), &def, &note) && def.len == len &&
	       !memcmp(def.b, data, len);
}
