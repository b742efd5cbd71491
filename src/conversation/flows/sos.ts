import type { DangerClass, Resource } from '../../knowledge/schema.ts';
import type { Flow, Told, Turn } from '../flow.ts';
import { countryName, inWords } from '../names.ts';
import type { Choice, Reply } from '../reply.ts';
import { inRows } from '../screens.ts';
import { briefly, numbersOf, wrongRow } from './resources.ts';

/**
 * Danger. One message whose first line is the number to call where the person is; anything more only when asked.
 * `sos` · `sos:in:<country>:<class>` · `sos:where:<class>` · `sos:others:<class>` (the less usual countries) ·
 * `sos:phone:<class>`
 */
export const sos: Flow = {
  word: 'sos',
  async choose([step, ...args], turn) {
    if (step === 'where') return where(readClass(args[0]), turn);
    if (step === 'others') return where(readClass(args[0]), turn, 'others');
    if (step === 'phone') return someoneMayLook(readClass(args[0]), turn);
    if (step === 'in') {
      const [code = '', dangerClass] = args;
      const country = turn.services.knowledge.country(code)?.code ?? null;
      const there = { ...turn, session: { ...turn.session, country } };
      return { ...dangerAnswer(readClass(dangerClass), there), known: { country } };
    }
    return dangerAnswer(readClass(step), turn);
  },
};

/** Where 112 is free by EU rules, whatever is left on the phone's account. */
const freeEmergency = new Set(['pl', 'cz', 'de', 'it', 'es', 'pt', 'sk', 'hu', 'ro', 'lt', 'nl', 'ie']);

const articleOf: Record<DangerClass, string> = {
  trafficking: 'forced-labour',
  violence: 'violence',
  suicide: 'crisis-support',
  detention: 'detained-abroad',
  child: 'missing-relative',
  medical: 'work-accident',
};

/** The person stays where they stand: after danger, an unfinished booking is still there. */
export function dangerAnswer(dangerClass: DangerClass | null, turn: Turn): Told {
  const { t, session, services } = turn;
  const country = session.country;
  const numbers = services.knowledge.dangerNumbers(dangerClass, country);
  const free = country !== null && freeEmergency.has(country) && numbers.emergency === '112';
  const lines = [
    `**[${numbers.emergency}](tel:${numbers.emergency})**${t('sos:call')}${free ? ` ${t('sos:free')}` : ''}`,
    ...numbers.lines.map((line) => lineOf(line, turn)),
    ...numbers.ukraine.map((line) => lineOf(line, turn)),
    ...(dangerClass === 'trafficking' || dangerClass === 'violence' ? [t('sos:noName')] : []),
    ...(country === null ? [t('sos:whereAsk')] : []),
  ];
  const suffix = dangerClass ? `:${dangerClass}` : '';
  const more = dangerClass ? `ask:a:${articleOf[dangerClass]}` : 'ask:t:danger';
  const rows =
    country === null
      ? countriesFor(dangerClass, turn)
      : [
          [
            { label: t('sos:otherCountry'), action: `sos:where${suffix}` },
            ...wrongRow([...numbers.lines, ...numbers.ukraine], `resources:ws${suffix}`, turn).flat(),
          ],
        ];
  return {
    replies: [
      {
        text: lines.join('\n'),
        rows: [
          ...rows,
          [{ label: t('sos:mayLook'), action: `sos:phone${suffix}` }],
          [
            { label: t('sos:more'), action: more },
            { label: t('menu:menu'), action: 'menu' },
          ],
        ],
      },
    ],
    effects: [{ kind: 'count', name: 'danger', key: dangerClass ?? 'button' }],
  };
}

/** When unsure: the number is in it already, and nothing is asked of the person but a tap. */
export function gentleQuestion(dangerClass: DangerClass, turn: Turn): Reply {
  const { t, services, session } = turn;
  const numbers = services.knowledge.dangerNumbers(dangerClass, session.country);
  return {
    text: `**[${numbers.emergency}](tel:${numbers.emergency})**${t('sos:gentle')}`,
    rows: [[{ label: t('sos:gentleYes'), action: `sos:${dangerClass}` }]],
  };
}

function lineOf(resource: Resource, turn: Turn): string {
  const number = numbersOf(resource, turn)[0] ?? '';
  const about = briefly(resource, turn);
  const name = withoutNumber(inWords(resource.name, turn.language));
  return `${number}: ${name}${about === '' ? '' : ` (${about})`}`;
}

/** A name such as “116 006: help for victims”, without the number that stands before it in the line already. */
function withoutNumber(name: string): string {
  return name.replace(/^\+?\d[\d\s().\-\u2013]*:\s*/u, '');
}

function where(dangerClass: DangerClass | null, turn: Turn, which: 'usual' | 'others' = 'usual'): Told {
  const numbers = turn.services.knowledge.dangerNumbers(dangerClass, turn.session.country);
  return {
    replies: [
      {
        text: `**[${numbers.emergency}](tel:${numbers.emergency})**${turn.t('sos:call')}\n${turn.t('sos:whereAsk')}`,
        rows: countriesFor(dangerClass, turn, which),
      },
    ],
  };
}

/** So many buttons stand on a phone's screen beside the numbers. */
const usualCountries = 8;

function countriesFor(dangerClass: DangerClass | null, turn: Turn, which: 'usual' | 'others' = 'usual'): Choice[][] {
  const suffix = dangerClass ? `:${dangerClass}` : '';
  const codes = ['ua', ...turn.services.knowledge.dangerCountries()];
  const shown = which === 'usual' ? codes.slice(0, usualCountries) : codes.slice(usualCountries);
  const choices = shown.map((code) => ({ label: countryName(code, turn.language), action: `sos:in:${code}${suffix}` }));
  const other: Choice =
    which === 'usual'
      ? { label: turn.t('ask:elsewhere'), action: `sos:others${suffix}` }
      : { label: turn.t('sos:usualCountries'), action: `sos:where${suffix}` };
  return inRows([...choices, other], 3);
}

function someoneMayLook(dangerClass: DangerClass | null, turn: Turn): Told {
  const suffix = dangerClass ? `:${dangerClass}` : '';
  return {
    replies: [
      {
        text: turn.t('sos:safePhone'),
        rows: [
          [{ label: turn.t('clear:yes'), action: 'clear:yes' }],
          [{ label: turn.t('sos:forgetMe'), action: 'forget' }],
          [{ label: turn.t('sos:numbers'), action: `sos${suffix}` }],
        ],
      },
    ],
  };
}

function readClass(text: string | undefined): DangerClass | null {
  return text !== undefined && text in articleOf ? (text as DangerClass) : null;
}
