/** `node src/main.ts` does what `node src/start.js` does, and needs a little more memory for it. */
import './start.js';
