import { loadConfig } from '../config.ts';

/** The image's health check: exit 0 when the process on this machine answers. */
const { config } = loadConfig(process.env);
const healthy = await fetch(`http://127.0.0.1:${config.port}/healthz`).then(
  (response) => response.ok,
  () => false,
);
process.exitCode = healthy ? 0 : 1;
