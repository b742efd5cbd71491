import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { packed } from './packed.ts';
import { parsePattern } from './search/phrases.ts';
import { type Studied, study } from './understanding.ts';

/**
 * A thread that learns, so that neither the time nor the memory this takes is missed where people are answered. Posts what
 * `study` made, packed (null where it could not), and then wakes whoever waits at the signal.
 */
export type Task = { content: Studied; port: MessagePort; signal: Int32Array };
export type Outcome = Uint8Array<ArrayBuffer> | null;

if (parentPort) {
  const { content, port, signal } = workerData as Task;
  let outcome: Outcome = null;
  try {
    outcome = packed(study({ ...content, parse: parsePattern }));
  } finally {
    port.postMessage(outcome, outcome ? [outcome.buffer] : []);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  }
}
