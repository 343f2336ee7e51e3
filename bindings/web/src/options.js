// What callers write, as the structs of the C ABI have it: camel case for names, words for numbers, one value for a pointer and its
// count.

import * as abi from './abi.js';
import { STRUCTS } from './abi.js';

/** The field that counts what another points to. */
const COUNTS = {
  style_picture: 'style_picture_size',
  style_code: 'style_code_count',
  picture: 'picture_size',
  code: 'code_count',
  latent: 'latent_count',
  weights: 'weight_count',
  mesh_mm: 'mesh_count',
};
/** Element of each array. */
const ELEMENTS = { style_picture: Uint8Array, picture: Uint8Array };
/** Fields whose numbers have names. */
const WORDS = { latency: abi.LATENCY, underrun: abi.UNDERRUN, backend: abi.BACKEND, log_level: abi.LOG_LEVEL };

/** Fields of a struct from an object of options; `own` are names that the caller has dealt with. */
export function fieldsOf(struct, options, own = []) {
  const known = STRUCTS[struct].fields;
  const out = {};
  for (const [name, value] of Object.entries(options ?? {})) {
    if (own.includes(name) || value === undefined || value === null) continue;
    const field = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (!(field in known) || name.includes('_') || field === 'struct_size' || Object.values(COUNTS).includes(field)) {
      throw new TypeError(`${name} is no option here; there are ${names(known).join(', ')}`);
    }
    out[field] = converted(name, field, value);
    if (field in COUNTS) out[COUNTS[field]] = out[field].length;
  }
  return out;
}

function converted(name, field, value) {
  if (field in WORDS && typeof value === 'string') {
    const number = WORDS[field][value.toUpperCase()];
    if (number === undefined) {
      const words = Object.keys(WORDS[field]).map((word) => word.toLowerCase());
      throw new TypeError(`${name} is ${JSON.stringify(value)}; there are ${words.join(', ')}`);
    }
    return number;
  }
  if (field in COUNTS) {
    const Element = ELEMENTS[field] ?? Float32Array;
    return value instanceof Element ? value : Element.from(value);
  }
  return typeof value === 'boolean' ? Number(value) : value;
}

function names(known) {
  const hidden = new Set(['struct_size', 'reserved', ...Object.values(COUNTS)]);
  const camel = (field) => field.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  return Object.keys(known).filter((field) => !hidden.has(field)).map(camel);
}
