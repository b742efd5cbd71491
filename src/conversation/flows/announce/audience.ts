import type { Announcement, Audience } from '../../../announcements/announcements.ts';
import type { Told, Turn } from '../../flow.ts';
import { countryName, inWords } from '../../names.ts';
import type { Choice } from '../../reply.ts';
import { inRows } from '../../screens.ts';
import type { Step } from '../../session.ts';
import { asRead, audienceLine } from './card.ts';
import { notThere } from './list.ts';
import { asking, backTo, button, channelName, first, goesTo, paragraphs, screen } from './parts.ts';

/**
 * To whom: of those who asked for the topic, who follows a library or an oblast's, who is in a country now, who is reached
 * by one messenger; and how many that is at this moment.
 */
export async function audience(no: number, turn: Turn): Promise<Told> {
  const { person, services } = turn;
  const found = await services.announcements.find(person, no);
  const reach = await services.announcements.reach(person, no);
  if (!found || !reach) return notThere(turn);
  return screen(paragraphs(audienceLine(found, turn), goesTo(reach.people, turn), turn.t('announce:narrow')), [
    ...dimensionsOf(found).map((one) => [button(`announce:by.${one}`, `by:${no}:${one}`, turn)]),
    backTo(no, turn),
  ]);
}

const dimensions = ['library', 'oblast', 'country', 'channel'] as const;
type Dimension = (typeof dimensions)[number];

/** A library's announcement goes to those who follow that library. */
function dimensionsOf({ library }: Announcement): readonly Dimension[] {
  return library === null ? dimensions : ['country', 'channel'];
}

export async function choices(no: number, given: string, turn: Turn): Promise<Told> {
  const { t, person, services } = turn;
  const found = await services.announcements.find(person, no);
  if (!found) return notThere(turn);
  const by = dimensionsOf(found).find((one) => one === given);
  if (!by) return audience(no, turn);
  const rows = [
    [button(`announce:any.${by}`, `set:${no}:${by}:-`, turn)],
    ...inRows(
      offered(by, found, turn).map(({ label, value }) => choice(no, by, label, value)),
      2,
    ),
    backTo(no, turn),
  ];
  if (by !== 'library') return screen(t(`announce:which.${by}`), rows);
  return asking(t('announce:which.library'), rows, 'place', { no: String(no) });
}

const choice = (no: number, by: Dimension, label: string, value: string): Choice => ({
  label,
  action: `announce:set:${no}:${by}:${value}`,
});

function offered(by: Dimension, found: Announcement, turn: Turn): { label: string; value: string }[] {
  const { services, session, language } = turn;
  switch (by) {
    case 'library':
      return [...new Set([...(session.library ? [session.library] : []), ...services.bookings.joinedLibraries()])]
        .slice(0, 8)
        .flatMap((id) => {
          const library = services.directory.get(id);
          return library ? [{ label: inWords(library.name, language), value: id }] : [];
        });
    case 'oblast':
      return services.directory
        .oblasts()
        .map(({ key, name }) => ({ label: language === 'uk' || language === 'ru' ? name.uk : name.en, value: key }));
    case 'country':
      return ['ua', ...services.knowledge.countries()].map((code) => ({
        label: countryName(code, language),
        value: code,
      }));
    case 'channel':
      return services.previews(asRead(found, turn)).map(({ channel }) => ({
        label: channelName(channel, turn),
        value: channel,
      }));
  }
}

/** A library by the place where it is, as people name it. */
export async function hearPlace(text: string, step: Step, turn: Turn): Promise<Told> {
  const { t, services, language } = turn;
  const no = Number(step.told.no);
  const found = services.directory.findPlace(text);
  const places = found.outcome === 'found' ? [found.place] : found.outcome === 'choose' ? found.places : [];
  const near = new Map(
    places.flatMap((place) => services.directory.nearest(place, 3)).map(({ library }) => [library.id, library]),
  );
  if (near.size === 0) return first(t('announce:placeUnknown'), await choices(no, 'library', turn));
  const rows = [...near.values()]
    .slice(0, 6)
    .map((one) => [choice(no, 'library', inWords(one.name, language), one.id)]);
  return asking(t('announce:which.library'), [...rows, backTo(no, turn)], 'place', step.told);
}

export async function narrow(no: number, given: string, value: string, turn: Turn): Promise<Told> {
  const { person, services } = turn;
  const found = await services.announcements.find(person, no);
  if (!found) return notThere(turn);
  const by = dimensionsOf(found).find((one) => one === given);
  const known = value === '-' || (by !== undefined && isKnown(by, value, found, turn));
  if (!by || !known) return audience(no, turn);
  const change: Partial<Audience> = { [by]: value === '-' ? null : value };
  // A library lies in an oblast: the later choice holds.
  if (by === 'library' && value !== '-') change.oblast = null;
  if (by === 'oblast' && value !== '-') change.library = null;
  const changed = await services.announcements.change(person, no, { audience: change });
  return changed ? audience(no, turn) : notThere(turn);
}

function isKnown(by: Dimension, value: string, found: Announcement, turn: Turn): boolean {
  if (by === 'library') return turn.services.directory.get(value) !== undefined;
  return offered(by, found, turn).some((one) => one.value === value);
}
