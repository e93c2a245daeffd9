// Where experiments are computed: headless Chrome, a process with Dawn, or this process without a GPU.
import type { ExperimentListener } from '../../../src/lab/types.js';
import { labService } from '../../pages/lab-service.js';
import type { Answer, LabCalls } from '../../pages/lab-messages.js';
import { loadDigits } from '../digits.js';
import { chromePages } from './chrome.js';
import { dawnProcesses } from './dawn.js';
import { type Host, HostError } from './lab.js';
import type { RunOptions } from './options.js';

/** Something that offers the calls, until it ends. */
export interface Place extends LabCalls {
  /** Rejects when it ends before it is closed, with the reason. */
  readonly ended: Promise<never>;
  close(): Promise<void>;
}

/** Opens places of a kind, one after another. */
export interface Places {
  open(listener: ExperimentListener): Promise<Place>;
  close(): Promise<void>;
}

/** A host that opens nothing before the first experiment, and a new place after one that crashed. */
export function hostOf({ runtime, chrome }: RunOptions): Host {
  if (runtime === 'cpu') return new PlacedHost(inThisProcess);
  return new PlacedHost(runtime === 'node' ? dawnProcesses() : chromePages(chrome));
}

const inThisProcess: Places = {
  open: async (listener) => ({
    ...labService({ cpu: true, examples: loadDigits, listener }),
    ended: new Promise<never>(() => undefined),
    close: async () => undefined,
  }),
  close: async () => undefined,
};

export class PlacedHost implements Host {
  adapter = '';
  private place: Place | undefined;
  private listener: ExperimentListener | undefined;

  constructor(private readonly places: Places) {}

  async run(...[options, seeds, listener, signal]: Parameters<Host['run']>): ReturnType<Host['run']> {
    this.listener = listener;
    const place = this.place ??= await this.open();
    const stop = (): void => void place.stop();
    try {
      const name = await Promise.race([place.open(), place.ended]);
      if ('error' in name) throw new HostError(name.error.message);
      this.adapter = name.result;
      signal.addEventListener('abort', stop, { once: true });
      const running = place.run(options, seeds);
      if (signal.aborted) stop();
      return resultOf(await Promise.race([running, place.ended]));
    } catch (error) {
      if (!(error instanceof AnswerError)) await this.leave(place);
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    await this.place?.close();
    await this.places.close();
  }

  private async open(): Promise<Place> {
    try {
      const place = await this.places.open({
        progress: (trials, seconds) => this.listener?.progress(trials, seconds),
        trial: (result) => this.listener?.trial(result),
      });
      place.ended.catch(() => undefined); // may come when nobody waits
      return place;
    } catch (error) {
      throw new HostError(error instanceof Error ? error.message : String(error));
    }
  }

  /** It crashed, or does not answer as it should: the next experiment gets another one. */
  private async leave(place: Place): Promise<void> {
    this.place = undefined;
    await place.close().catch(() => undefined);
  }
}

/** What the experiment itself threw: the place is as good as before. */
class AnswerError extends Error {}

function resultOf<T>(answer: Answer<T>): T {
  if ('result' in answer) return answer.result;
  throw new AnswerError(answer.error.message);
}
