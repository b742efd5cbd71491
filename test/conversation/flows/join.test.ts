import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { village } from '../talk.ts';

describe('joining two chats', () => {
  let home: Awaited<ReturnType<typeof village>>;
  beforeEach(async () => {
    home = await village();
  });
  afterEach(() => home.close());
  const codeIn = (said: string) => /join-(\w{8})/.exec(said)?.[1] ?? '';

  it('shows a code, how long it works, a link, and says to show it to nobody', async () => {
    const said = await home.person().says('/join');
    const code = codeIn(said);
    expect(said).toContain(`**${code.slice(0, 4)} ${code.slice(4)}**`);
    expect(said).toContain('Код діє до 10:15');
    expect(said).toContain('Нікому його не показуйте');
    expect(said).not.toContain('Від’єднати');
  });

  it('by a link only asks; a tap joins, and the chat’s own talk ends with that', async () => {
    const taras = home.person('Тарас');
    const code = codeIn(await taras.says('/join'));
    const olha = home.person('Ольга');
    expect(await olha.opens(`join-${code}`)).toContain('лише якщо код зробили ви самі');
    expect(olha.effects).toEqual([]);
    expect(await olha.presses('Так, код мій')).toContain('З’єднано');
    expect(olha.effects).toEqual([{ kind: 'joined' }]);
    expect(await taras.says('/join')).toContain('Від’єднати');
    await taras.presses('Від’єднати');
    expect(await taras.presses('Так, від’єднати')).toContain('Від’єднано');
    expect(taras.effects).toEqual([{ kind: 'parted' }]);
  });

  it('by a code typed where the bot asked for it, or with the command, in any case and alphabet', async () => {
    const taras = home.person('Тарас');
    const code = codeIn(await taras.says('/join'));
    const olha = home.person('Ольга');
    await olha.says('/join');
    expect(await olha.says(`${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`)).toContain('код зробили ви самі');
    const petro = home.person('Петро');
    expect(await petro.says(`/join ${code.slice(0, 4)}-${code.slice(4)}`)).toContain('код зробили ви самі');
  });

  it('a question asked where a code was awaited is answered', async () => {
    const olha = home.person('Ольга', { country: 'pl' });
    await olha.says('/join');
    expect(await olha.says('мені не платять зарплату')).toContain('Не платять зарплату');
  });

  it('a wrong, used or own code is refused in plain words; after five wrong ones there is an hour’s pause', async () => {
    const taras = home.person('Тарас');
    const code = codeIn(await taras.says('/join'));
    expect(await taras.says(`/join ${code}`)).toContain('Цей код для другого чату');
    const olha = home.person('Ольга');
    for (const wrong of ['ACEHKMPT', 'ACEHKMPU', 'ACEHKMPV', 'ACEHKMPW', 'ACEHKMPX'])
      expect(await olha.says(`/join ${wrong}`)).toContain('Такий код не діє');
    expect(await olha.says(`/join ${code}`)).toContain('Забагато невдалих спроб');
    expect(await olha.sends(`join:yes:${code}`)).toContain('Забагато невдалих спроб');
    expect(await home.person().says('/join щось таке: з двокрапкою')).toContain('Такий код не діє');
  });

  it('pauses kindly while it can’t be remembered where people stand', async () => {
    const down = await village({ sessionsDown: true });
    expect(await down.person().says('/join')).not.toContain('Ось код');
    await down.close();
  });

  it('taking apart what was never joined says so', async () => {
    expect(await home.person().sends('join:parted')).toContain('ні з яким іншим не з’єднано');
  });
});
