import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { staff } from '../../src/cli/staff.ts';
import { createTeam } from '../../src/staff/team.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { openSeal } from '../../src/storage/keys.ts';
import { freePort } from '../vistka.ts';

const key = '07'.repeat(32);

describe('an invitation from the terminal', () => {
  let env: Record<string, string>;
  beforeEach(async () => {
    env = { DATA_DIR: await mkdtemp(join(tmpdir(), 'vistka-invite-')), SECRET_KEY: key, PORT: '8181' };
  });
  afterEach(() => rm(env.DATA_DIR ?? '', { recursive: true, force: true }));

  it('needs no platform: the web link works, the others are null, and the code makes an admin', async () => {
    const { code: ok, out } = await staff(['invite', '--role', 'admin', '--json'], env);
    expect(ok).toBe(0);
    const invitation = JSON.parse(out) as { code: string; expires: string };
    expect(invitation).toEqual({
      code: invitation.code,
      expires: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      telegram: null,
      viber: null,
      web: `http://localhost:8181/chat#staff-${invitation.code}`,
    });
    const days = (Date.parse(invitation.expires) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);

    const database = await openDatabase({ kind: 'sqlite', file: join(env.DATA_DIR ?? '', 'vistka.sqlite') });
    const team = createTeam({
      database,
      seal: await openSeal(database, [Buffer.from(key, 'hex')]),
      clock: { now: () => Date.now() },
    });
    expect(await team.look('somebody', invitation.code)).toEqual({ role: 'admin', library: null });
    await database.close();
  });

  it('does not wait for platforms that can’t be reached', async () => {
    const away = `http://127.0.0.1:${await freePort()}`;
    const { out } = await staff(['invite', '--role', 'librarian', '--library', 'bar-public', '--json'], {
      ...env,
      TELEGRAM_BOT_TOKEN: '123:abc',
      TELEGRAM_API_ROOT: away,
      VIBER_AUTH_TOKEN: 'viber-token-of-a-test',
      VIBER_API_ROOT: away,
      PUBLIC_URL: 'https://bot.library.example',
    });
    expect(JSON.parse(out)).toMatchObject({ telegram: null, viber: null });
    expect(out).toContain('"web":"https://bot.library.example/chat#staff-');
  });

  it('says which library does not exist, and how the command is used', async () => {
    const unknown = await staff(['invite', '--role', 'librarian', '--library', 'atlantis'], env);
    expect(unknown).toMatchObject({ code: 1, out: expect.stringContaining('no library atlantis') });
    for (const wrong of [
      ['invite'],
      ['invite', '--role', 'emperor'],
      ['invite', '--role'],
      ['invite', 'x', '--role', 'admin'],
    ])
      expect(await staff(wrong, env)).toMatchObject({
        code: 1,
        out: expect.stringContaining('--role admin|librarian'),
      });
  });

  it('for people: links one below the other, and the code to type; the audit shows who and when', async () => {
    const { out } = await staff(['invite', '--role', 'editor'], env);
    expect(out).toMatch(/^http:\/\/localhost:8181\/chat#staff-\w{16}\n/);
    expect(out).toMatch(/\/join \w{16}\n/);
    expect((await staff(['audit'], env)).out).toMatch(/terminal {2}invite {2}editor/);
  });
});
