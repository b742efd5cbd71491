import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { staff } from '../../src/cli/staff.ts';
import { secretKey, startVistka } from '../vistka.ts';

it('shows the lawyer’s name in the answer, until somebody changes a letter of it', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'vistka-signed-'));
  const content = join(dir, 'content');
  // A few articles: the program starts several times.
  const few = /articles$|articles\/(unpaid-wages|no-contract|dismissal|keep-in-touch)(\/|$)/;
  await cp('content', content, { recursive: true, filter: (file) => !file.includes('articles') || few.test(file) });
  const env = { DATA_DIR: join(dir, 'data'), CONTENT_DIR: content, SECRET_KEY: secretKey };

  /** What a new person reads when they open the article. */
  async function answer(): Promise<string> {
    const vistka = await startVistka({ env });
    try {
      const oksana = await vistka.web('uk');
      await oksana.sends('ask:c:unpaid-wages:pl');
      const { said } = await oksana.hears(/Джерело:/);
      await oksana.leaves();
      return said;
    } finally {
      await vistka.stop();
    }
  }

  try {
    const signed = await staff(['sign', 'unpaid-wages', '--by', 'Ганна К.'], env);
    expect(signed).toMatchObject({ code: 0, out: expect.stringContaining('Signed: unpaid-wages (uk)') });
    expect(await answer()).toMatch(/Юридична перевірка тексту: Ганна К\., \d\d\.\d\d\.\d{4}\./);

    const file = join(content, 'articles/unpaid-wages/uk.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('Вам мають заплатити', 'Вам повинні заплатити'));
    expect(await answer()).not.toContain('Юридична перевірка');
    expect((await staff(['signs'], env)).out).toContain('unpaid-wages  uk  Ганна К.');
    expect((await staff(['signs'], env)).out).toContain('NOT SHOWN: the text has changed');

    await writeFile(file, text);
    expect(await answer()).toContain('Ганна К.');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
