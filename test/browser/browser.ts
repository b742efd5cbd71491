import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** How this reader's browser differs from a Ukrainian one on a desk. */
type Reader = {
  locale?: string;
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  reducedMotion?: 'reduce' | 'no-preference';
  javaScriptEnabled?: boolean;
  geolocation?: { latitude: number; longitude: number };
  permissions?: string[];
};

const ARGS: string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium with a profile of its own, which is removed by `close`. @throws with the command that installs it */
export async function openBrowser(reader: Reader = {}): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(`No Chromium at ${executablePath}. Install it with: npm run setup`);
  }
  const profile = mkdtempSync(join(tmpdir(), 'vistka-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    args: ARGS,
    locale: 'uk-UA',
    viewport: { width: 1280, height: 800 },
    ...reader,
  });
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
