import { loadKnowledge } from '../../src/knowledge/load.ts';

/** The real content, read once for all tests of this folder that run in one process. */
export const knowledge = loadKnowledge('content');
