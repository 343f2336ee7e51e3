// The WebAssembly module with the C ABI in it: memory, strings, structs, and calls whose failures are exceptions. Nothing else
// touches its memory.

import { STATUS, STRUCTS, VERSION_MAJOR, VERSION_MINOR, VERSION_PATCH } from './abi.js';

const STATUS_NAMES = Object.fromEntries(Object.entries(STATUS).map(([name, number]) => [number, name]));

/** A call that failed. `status` is the name of its `m2f_status`, such as INVALID_AUDIO; the message is the library's own text. */
export class Media2FaceError extends Error {
  constructor(status, message) {
    super(message);
    this.name = 'Media2FaceError';
    this.status = status;
  }
}

/** Element type of each kind of field. */
const VIEWS = { u8: Uint8Array, char: Uint8Array, u32: Uint32Array, i32: Int32Array, f32: Float32Array, f64: Float64Array };
const SETTERS = { u8: 'setUint8', u32: 'setUint32', i32: 'setInt32', f32: 'setFloat32', f64: 'setFloat64', pointer: 'setUint32' };
const GETTERS = { u8: 'getUint8', u32: 'getUint32', i32: 'getInt32', f32: 'getFloat32', f64: 'getFloat64', pointer: 'getUint32' };

export class Module {
  /**
   * Compiles and starts a module.
   * @param source its bytes, a `WebAssembly.Module`, or a `Response` (or the promise of one) that has them.
   */
  static async load(source) {
    const given = await source;
    const imports = { media2face: { m2f_host_now_ms: () => performance.now() } };
    let compiled = given;
    if (!(given instanceof WebAssembly.Module)) {
      // A server that names another type of content would be refused by compileStreaming.
      const bytes = given instanceof Response ? await bytesOf(given) : given;
      compiled = await WebAssembly.compile(bytes);
    }
    return new Module(await WebAssembly.instantiate(compiled, imports));
  }

  constructor(instance) {
    this.exports = instance.exports;
    this.fault = null;
    const found = this.plain('m2f_version');
    const own = (VERSION_MAJOR << 16) | (VERSION_MINOR << 8) | VERSION_PATCH;
    if (found >> 8 !== own >> 8) {
      const text = (v) => `${v >> 16}.${(v >> 8) & 255}.${v & 255}`;
      throw new Media2FaceError('UNSUPPORTED', `media2face.wasm is version ${text(found)}, this package is ${text(own)}`);
    }
  }

  get bytes() {
    return new Uint8Array(this.exports.memory.buffer);
  }

  /** Calls a function as it is. A trap ends the module: every later call tells why. */
  plain(name, ...given) {
    if (this.fault) throw new Media2FaceError('INTERNAL', this.fault);
    try {
      return this.exports[name](...given);
    } catch (trap) {
      if (!(trap instanceof WebAssembly.RuntimeError)) throw trap;
      let text = '';
      try {
        text = this.text(this.exports.m2f_last_error());
      } catch { /* nothing is left to ask */ }
      this.fault = `the module stopped in ${name}: ${trap.message}${text && `; ${text}`}; load it again`;
      throw new Media2FaceError('INTERNAL', this.fault);
    }
  }

  /** Calls a function that returns a status. Gives false for NOT_READY, else true. */
  call(name, ...given) {
    const status = this.plain(name, ...given);
    if (status === STATUS.OK) return true;
    if (status === STATUS.NOT_READY) return false;
    const text = this.text(this.plain('m2f_last_error')) || this.text(this.plain('m2f_status_name', status));
    throw new Media2FaceError(STATUS_NAMES[status] ?? String(status), text);
  }

  /** Runs `body` with an arena, whose memory ends with it. */
  within(body) {
    const arena = new Arena(this);
    try {
      return body(arena);
    } finally {
      arena.end();
    }
  }

  /** UTF-8 at a pointer, up to its end. */
  text(pointer) {
    const { bytes } = this;
    return new TextDecoder().decode(bytes.slice(pointer, bytes.indexOf(0, pointer)));
  }

  /** A text that a function writes to (…, buffer, capacity, count). */
  named(name, ...given) {
    return this.within((arena) => {
      const count = arena.allocate(4);
      this.call(name, ...given, 0, 0, count);
      const capacity = arena.read(count, 'u32');
      const buffer = arena.allocate(capacity);
      this.call(name, ...given, buffer, capacity, 0);
      return this.text(buffer);
    });
  }

  /** One number that a function writes to (…, out). */
  number(name, kind, ...given) {
    return this.within((arena) => {
      const out = arena.allocate(8);
      this.call(name, ...given, out);
      return arena.read(out, kind);
    });
  }
}

async function bytesOf(response) {
  if (!response.ok) throw new Media2FaceError('IO', `${response.url}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

/** Memory of one call. */
export class Arena {
  constructor(module) {
    this.module = module;
    this.taken = [];
  }

  allocate(size) {
    const pointer = this.module.plain('m2f_wasm_allocate', size);
    if (!pointer) throw new Media2FaceError('OUT_OF_MEMORY', `no memory for ${size} bytes`);
    this.taken.push([pointer, size]);
    return pointer;
  }

  end() {
    if (this.module.fault) return;
    for (const [pointer, size] of this.taken) this.module.plain('m2f_wasm_free', pointer, size);
  }

  /** Copies a typed array; gives its place. */
  array(values) {
    const pointer = this.allocate(values.byteLength);
    this.module.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), pointer);
    return pointer;
  }

  string(text) {
    return this.array(new TextEncoder().encode(`${text}\0`));
  }

  /** An array of pointers. */
  pointers(values) {
    return this.array(Uint32Array.from(values));
  }

  read(pointer, kind) {
    const view = new DataView(this.module.exports.memory.buffer);
    return kind === 'u64' ? view.getBigUint64(pointer, true) : view[GETTERS[kind]](pointer, true);
  }

  write(pointer, kind, value) {
    const view = new DataView(this.module.exports.memory.buffer);
    if (kind === 'u64') view.setBigUint64(pointer, BigInt(value), true);
    else view[SETTERS[kind]](pointer, Number(value), true);
  }

  /** A copy of so many numbers. */
  copy(pointer, kind, count) {
    const View = VIEWS[kind];
    return new View(this.module.exports.memory.buffer, pointer, count).slice();
  }

  /** Room for a struct; filled by its `_options_init` where it has one. */
  struct(name, init) {
    const { size } = STRUCTS[name];
    const pointer = this.allocate(size);
    this.module.bytes.fill(0, pointer, pointer + size);
    if (init) this.module.call(init, pointer, size);
    return pointer;
  }

  /** Sets fields of a struct. Arrays and texts are copied; an array of a struct's own has its length. */
  set(name, pointer, fields) {
    for (const [field, value] of Object.entries(fields)) {
      if (value === undefined || value === null) continue;
      const [offset, kind, count] = STRUCTS[name].fields[field];
      const at = pointer + offset;
      if (count !== undefined) {
        if (value.length !== count) throw new TypeError(`${field} has ${value.length} numbers, expected ${count}`);
        const step = VIEWS[kind].BYTES_PER_ELEMENT;
        for (let i = 0; i < count; i++) this.write(at + step * i, kind, value[i]);
      } else if (kind !== 'pointer' || typeof value === 'number') {
        this.write(at, kind, value);
      } else {
        this.write(at, kind, typeof value === 'string' ? this.string(value) : this.array(value));
      }
    }
    return pointer;
  }

  /** All fields of a struct. */
  fields(name, pointer) {
    const entries = Object.entries(STRUCTS[name].fields).map(([field, [offset, kind, count]]) => {
      const at = pointer + offset;
      return [field, count === undefined ? this.read(at, kind) : this.copy(at, kind, count)];
    });
    return Object.fromEntries(entries);
  }
}
