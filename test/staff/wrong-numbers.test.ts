import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { staff } from '../../src/cli/staff.ts';
import { secretKey, startVistka } from '../vistka.ts';

let vistka: Awaited<ReturnType<typeof startVistka>>;
beforeAll(async () => {
  vistka = await startVistka({ telegram: 'polling' });
});
afterAll(() => vistka?.stop());

describe('a number that does not work', () => {
  it('reaches the people who keep the content by one tap, once a day, and nobody learns who tapped', async () => {
    const invited = await staff(['invite', '--role', 'editor', '--json'], {
      DATA_DIR: vistka.dataDir,
      SECRET_KEY: secretKey,
    });
    const { code } = JSON.parse(invited.out) as { code: string };
    const editor = vistka.telegram.person({ name: 'Редакторка', started: true });
    editor.starts(`staff-${code}`);
    await editor.hears(/Вас запрошують/);
    editor.presses('Приєднатися');
    await editor.hears(/Вітаю в команді/);

    const finders = ['Оксана', 'Петро'].map((name) => vistka.telegram.person({ name, started: true }));
    for (const finder of finders) {
      finder.pressesOld('resources:w:pl-pip-labour-inspectorate');
      await finder.hears(/Дякую/);
    }
    const { text } = await editor.hears(/номер не працює/);
    expect(text).toContain('+48 459 599 000');
    expect(text).toContain('content/resources/pl.yaml');
    expect(text).not.toMatch(/Оксана|Петро/);

    // What came after the notice is the answer to this, so there was one notice for both.
    editor.says('/menu');
    await editor.hears(/Чим допомогти/);
    expect(editor.messages().filter((message) => /номер не працює/.test(message.text))).toHaveLength(1);
  });
});
