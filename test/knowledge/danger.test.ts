import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureDanger } from '../../src/cli/eval.ts';
import { dangerClasses } from '../../src/knowledge/schema.ts';
import { knowledge } from './content.ts';

const messages = (set: 'dev' | 'test', kind = 'danger') =>
  readFileSync(`test/knowledge/${kind}.${set}.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; lang: string; danger: string | null });

describe('a message in danger', () => {
  test.each(['dev', 'test'] as const)('is noticed, and everyday words are left in peace (%s set)', (set) => {
    const figures = measureDanger(knowledge, messages(set));
    expect(figures.inDanger).toBeGreaterThan(100);
    expect(figures.reached / figures.inDanger).toBe(1);
    expect(figures.falseAlarms / figures.everyday).toBeLessThanOrEqual(0.02);
  });

  // What nobody can promise is held where it was reached: these messages were written to be hard on both sides.
  test.each([
    ['dev', 0.93, 0.07],
    ['test', 0.83, 0.2],
  ] as const)('is mostly noticed even where it is not named (%s set)', (set, noticed, wrongly) => {
    const figures = measureDanger(knowledge, messages(set, 'oblique'));
    expect(figures.reached / figures.inDanger).toBeGreaterThanOrEqual(noticed);
    expect(figures.falseAlarms / figures.everyday).toBeLessThanOrEqual(wrongly);
  });

  // By an author who saw no example: half of them danger that nothing names, half what only sounds like it.
  test('is noticed in most of what only hints at it, and nobody is asked who asks a plain question', () => {
    const set = messages('test', 'oblique-hard');
    const figures = measureDanger(knowledge, set);
    expect(figures.inDanger).toBe(150);
    expect(figures.reached / figures.inDanger).toBeGreaterThanOrEqual(0.55);
    expect(figures.falseAlarms / figures.everyday).toBeLessThanOrEqual(0.1);
  });

  test.each(['муж был в рейсе', 'мой отец был строителем', 'mąż był wczoraj w pracy'])('«%s» is no blow', (text) => {
    expect(knowledge.danger(text)).toBeNull();
  });

  test('«муж меня бил» is one', () => {
    expect(knowledge.danger('муж меня бил вчера')?.class).toBe('violence');
  });

  test.each([
    ['забрали паспорт', 'trafficking'],
    ['ЗАБРАЛИ ПАСПОРТ!!!', 'trafficking'],
    ['zabraly pasport', 'trafficking'],
    ['pf,hfkb gfcgjhn', 'trafficking'],
    ['забрали пасморт', 'trafficking'],
    ['забpали пaспoрт', 'trafficking'],
    ['чоловік б’є мене', 'violence'],
    ["чоловік б'є мене", 'violence'],
    ['чоловік бє мене', 'violence'],
    ['не хочу більше жити', 'suicide'],
    ['мене тримають на кордоні', 'detention'],
    ['дитина зникла', 'child'],
    ['не дихає', 'medical'],
    ['he is not breathing', 'medical'],
    ['zabrali mi paszport i nie chca oddac', 'trafficking'],
  ])('«%s» is surely %s', (text, dangerClass) => {
    expect(knowledge.danger(text)).toMatchObject({ class: dangerClass, certainty: 'sure' });
  });

  test.each([
    ['сестра каже що їй не дають ні телефону ні паспорта і водять до чоловіків', 'trafficking'],
    ['он опять сжал мне горло и дети всё видели', 'violence'],
    ['вже склала речі і попрощалась, мене більше не буде', 'suicide'],
    ['brata zabrali policjanci i siedzi w celi bez tłumacza', 'detention'],
    ['a little boy stands alone at the motorway and cries', 'child'],
    ['babusia vpala, rot kryvyj i ne hovoryt', 'medical'],
  ])('«%s» is noticed, and %s is asked about or answered', (text, dangerClass) => {
    expect(knowledge.danger(text)).toMatchObject({ class: dangerClass });
  });

  test.each([
    'шеф не платить',
    'начальник вбив мій настрій цим звітом',
    'вмираю з голоду, де тут їдальня',
    'мене вбиває ця черга',
    'у новинах писали про рабство на фермах',
    'торік була аварія, все загоїлось, хочу довідку',
    'сидим на вокзале, поезд задержали',
    'mąż pojechał na ryby i nie odbiera, bo nie ma zasięgu',
    'вмираю від нудьги',
    'убила б за каву',
    'шеф вбиває мене графіком',
    'я вмираю зі сміху',
    'бити на сполох',
    'як отримати довідку про смерть',
    'загубила паспорт',
    '',
    '   ',
    '🙂🙂🙂',
  ])('«%s» calls nobody', (text) => {
    expect(knowledge.danger(text)).toBeNull();
  });

  test('a cry in the middle of a long story is heard', () => {
    const story = 'ми приїхали восени на збір яблук і жили в домі над рікою. ';
    expect(
      knowledge.danger(`${story.repeat(80)} Хазяїн забрав паспорт і не віддає. ${story.repeat(80)}`),
    ).toMatchObject({
      class: 'trafficking',
    });
  });

  test('no text is too strange, and the same text is always judged the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(knowledge.danger(text)).toEqual(knowledge.danger(text));
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['letters without end', 'а'.repeat(20_000)],
    ['dots', '. '.repeat(10_000)],
    ['pictures', '😀'.repeat(10_000)],
    ['accents', 'а\u0301'.repeat(10_000)],
    ['brackets', '(|*)'.repeat(5_000)],
  ])('a huge message of %s is survived', (_, text) => {
    expect(knowledge.danger(text)).toBeNull();
  });
});

describe('whom to call', () => {
  const countries = [null, ...knowledge.countries(), 'ua', 'fr', 'us', 'xx'];

  test('there is always an emergency number, whatever the danger and the country', () => {
    for (const country of countries) {
      for (const dangerClass of [null, ...dangerClasses]) {
        const numbers = knowledge.dangerNumbers(dangerClass, country);
        expect(numbers.emergency).toMatch(/^\d{3}$/);
        expect(numbers.lines.length).toBeLessThanOrEqual(2);
        expect(numbers.ukraine.length).toBeLessThanOrEqual(2);
        for (const line of [...numbers.lines, ...numbers.ukraine]) expect(line.phones.length).toBeGreaterThan(0);
      }
    }
  });

  test('outside Ukraine there is a Ukrainian line that can be dialled from there; in Ukraine there is none apart', () => {
    for (const dangerClass of dangerClasses) {
      const { ukraine } = knowledge.dangerNumbers(dangerClass, 'de');
      expect(ukraine.length).toBeGreaterThan(0);
      for (const line of ukraine) expect(line.phones.some(({ from }) => from === 'anywhere')).toBe(true);
      expect(knowledge.dangerNumbers(dangerClass, 'ua').ukraine).toEqual([]);
    }
  });

  test.each([
    [null, '112'],
    ['pl', '112'],
    ['gb', '999'],
    ['ua', '102'],
  ])('in %s one calls %s', (country, number) => {
    expect(knowledge.dangerNumbers('violence', country).emergency).toBe(number);
  });

  test('an ambulance in Ukraine has its own number', () => {
    expect(knowledge.dangerNumbers('medical', 'ua').emergency).toBe('103');
  });

  test('Poland’s trafficking line comes first there', () => {
    expect(knowledge.dangerNumbers('trafficking', 'pl').lines[0]?.id).toBe('pl-kcik-trafficking-24h');
  });
});
