import type { Kernel } from '../kernels/kernel.js';
import { pad64 } from '../model/layout.js';

/**
 * A part of a buffer, the same for every trial: trial n's `size` floats start at `offset + n·stride`.
 * Offsets are multiples of 64 floats, WebGPU's binding alignment. A stride of 0 is one copy that all trials share.
 */
export interface View {
  readonly buffer: string;
  readonly offset: number;
  readonly size: number;
  readonly stride: number;
}

/** One kernel at work on its buffers. */
export interface Dispatch {
  readonly label: string;
  readonly kernel: Kernel;
  /** By the binding's name in the kernel. */
  readonly views: Readonly<Record<string, View>>;
  /** Time index of a timed kernel; `run` takes the number of the run within a submit. */
  readonly time?: number | 'run';
}

/**
 * A buffer of a program: `floats` of it in all. Scratch holds nothing from one run to the next, so it may share its
 * place.
 */
export interface BufferUse { readonly name: string; readonly floats: number; readonly scratch: boolean }

/** What one submit does: a flat list of dispatches over named buffers. Pure data; no device has seen it. */
export interface Program {
  readonly name: string;
  readonly trials: number;
  readonly dispatches: readonly Dispatch[];
  readonly buffers: readonly BufferUse[];
}

/** Records a program. */
export class ProgramBuilder {
  private dispatches: Dispatch[] = [];
  private buffers = new Map<string, BufferUse>();
  private space = '';

  constructor(readonly name: string, readonly trials: number) {}

  /** The same program, but scratch has names of its own: a part's is free for the next part. */
  part(name: string): ProgramBuilder {
    const part = new ProgramBuilder(this.name, this.trials);
    part.dispatches = this.dispatches;
    part.buffers = this.buffers;
    part.space = `${name}/`;
    return part;
  }

  /** A buffer that outlives the program's run and is shared by name with other programs; `size` floats a trial. */
  persistent(name: string, size: number, { shared = false }: { shared?: boolean } = {}): View {
    return this.declare(name, size, shared, false);
  }

  /** A buffer for this run alone; `size` floats a trial. */
  scratch(name: string, size: number): View {
    return this.declare(`${this.name}/${this.space}${name}`, size, false, true);
  }

  dispatch(label: string, kernel: Kernel, views: Readonly<Record<string, View>>, time?: number | 'run'): void {
    const missing = Object.keys(kernel.bindings).filter((name) => !(name in views));
    const extra = Object.keys(views).filter((name) => !(name in kernel.bindings));
    if (missing.length > 0 || extra.length > 0) {
      throw new Error(`${label}: ${kernel.file} lacks [${missing}] and does not know [${extra}]`);
    }
    if ((time !== undefined) !== (kernel.timed ?? false)) {
      throw new Error(`${label}: ${kernel.file} and its time index disagree`);
    }
    this.dispatches.push({ label, kernel, views, ...(time === undefined ? {} : { time }) });
  }

  build(): Program {
    return { name: this.name, trials: this.trials, dispatches: this.dispatches, buffers: [...this.buffers.values()] };
  }

  private declare(name: string, size: number, shared: boolean, scratch: boolean): View {
    const floats = pad64(shared ? size : size * this.trials);
    const known = this.buffers.get(name);
    if (known && known.floats !== floats) {
      throw new Error(`buffer ${name} has ${known.floats} floats, now ${floats} are asked`);
    }
    this.buffers.set(name, { name, floats, scratch });
    return { buffer: name, offset: 0, size, stride: shared ? 0 : size };
  }
}

/** Floats of the binding that shows `view` to all trials. */
export const viewFloats = (view: View, trials: number): number => (trials - 1) * view.stride + view.size;
