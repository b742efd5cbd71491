import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { village } from '../talk.ts';

const bar = 'bar-public';

describe('the team, by buttons', () => {
  let home: Awaited<ReturnType<typeof village>>;
  beforeEach(async () => {
    home = await village();
  });
  afterEach(() => home.close());

  it('is for staff; anybody else learns how one becomes it', async () => {
    const stranger = home.person();
    for (const action of ['team', 'team:invite:admin', 'team:new:librarian:bar-public', 'team:remove:1', 'team:gone:1'])
      expect(await stranger.sends(action)).toContain('Це для працівників бібліотек');
  });

  it('a librarian invites a colleague to her own library with two taps; the link opens it, once', async () => {
    const maria = await home.staff('librarian', bar);
    await maria.says('/team');
    const said = await maria.presses('Запросити: бібліотекар');
    const code = /staff-(\w+)/.exec(said)?.[1] ?? '';
    expect(said).toContain(`/join ${code}`);
    const iryna = home.person('Ірина');
    const asked = await iryna.opens(`staff-${code}`);
    expect(asked).toContain('Вас запрошують');
    expect(asked).toContain('бібліотекар, ');
    expect(await home.services.team.of(iryna.person)).toEqual([]);
    expect(await iryna.presses('Приєднатися')).toContain('Вітаю в команді');
    expect(iryna.session.library).toBe(bar);
    expect(await maria.says('/team')).toContain('Ірина');
    expect(await home.person().opens(`staff-${code}`)).toContain('Такий код не діє');
  });

  it('an admin says for which library, or for all', async () => {
    const admin = await home.staff('admin', null);
    await admin.says('/team');
    const which = await admin.presses('Запросити: консультант');
    expect(which).toContain('Для якої бібліотеки?');
    expect(await admin.sends(`team:new:consultant:${bar}`)).toContain('staff-');
    expect(await admin.sends('team:new:librarian:-')).toContain('уся мережа');
    expect(await admin.sends('team:invite:editor')).toContain('редактор, уся мережа');
    expect(await admin.sends('team:new:librarian:no-such-library')).toContain('Це для працівників');
    expect(await admin.sends('team:new:emperor:-')).toContain('Це для працівників');
  });

  it('a typed code does as well as the link, in small letters and with spaces', async () => {
    const { code } = await home.invitation('editor', null);
    const olha = home.person('Ольга');
    expect(await olha.says(`/join ${code.slice(0, 8).toLowerCase()} ${code.slice(8)}`)).toContain('редактор');
    await olha.presses('Приєднатися');
    expect(await home.services.team.of(olha.person)).toMatchObject([{ role: 'editor', library: null }]);
    // And an ordinary person all the same.
    expect(await olha.says('мені не платять зарплату в Польщі')).toContain('Не платять зарплату');
  });

  it('a role is ended only after a second tap, and one may lay down one’s own', async () => {
    const admin = await home.staff('admin', null);
    const maria = await home.staff('librarian', bar);
    const [member] = await home.services.team.of(maria.person);
    await admin.says('/team');
    expect(await admin.presses(`Прибрати № ${member?.no}`)).toContain('Доступ зникне одразу');
    expect(await home.services.team.of(maria.person)).toHaveLength(1);
    await admin.presses('Ні, лишити');
    await maria.says('/team');
    await maria.presses(/Піти з команди/);
    expect(await maria.presses('Так, відмовитися')).toContain('більше не діє');
    expect(await home.services.team.of(maria.person)).toEqual([]);
    const [own] = await home.services.team.of(admin.person);
    expect(await admin.sends(`team:gone:${own?.no}`)).toContain('останній адміністратор');
  });

  it('a librarian opens the poster of her library with one tap, a consultant has none', async () => {
    const maria = await home.staff('librarian', bar);
    await maria.says('/team');
    expect(maria.buttons()).toContainEqual({ label: 'Плакат на стіну', url: `https://vistka.example/wall/${bar}` });
    const taras = await home.staff('consultant', bar);
    expect(await taras.says('/team')).not.toContain('Плакат');
    expect(await home.person().sends('team:wall')).toContain('Це для працівників бібліотек');
  });

  it('an admin of the network chooses whose poster it shall be', async () => {
    const admin = await home.staff('admin', null);
    await admin.says('/team');
    expect(await admin.presses('Плакат на стіну')).toContain('Плакат якої бібліотеки?');
    const posters = admin.buttons().filter((button) => 'url' in button);
    expect(posters.length).toBeGreaterThan(1);
    expect(posters).toContainEqual({
      label: 'Тисменицька центральна бібліотека',
      url: 'https://vistka.example/wall/tysmenytsia-central',
    });
  });

  it('where the world can’t reach the bot no poster is offered', async () => {
    const quiet = await village({ wall: () => null });
    const maria = await quiet.staff('librarian', bar);
    expect(await maria.says('/team')).not.toContain('Плакат');
    const admin = await quiet.staff('admin', null);
    expect(await admin.sends('team:wall')).toContain('Хто працює');
    await quiet.close();
  });
});
