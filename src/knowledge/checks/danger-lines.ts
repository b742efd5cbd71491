import { countriesWith } from '../resources.ts';
import { dangerClasses } from '../schema.ts';
import type { Finding, Material } from './material.ts';

/** In every country that the bot offers there is somebody to call: a line for each danger, or the emergency number. */
export function dangerLines({ resources, numbers }: Pick<Material, 'resources' | 'numbers'>): Finding[] {
  const { emergency, lines } = numbers.value;
  const callable = new Set(
    resources.filter(({ resource }) => resource.phones.length > 0).map(({ resource }) => resource.id),
  );
  return ['ua', ...countriesWith(resources.map(({ resource }) => resource))].flatMap((country) => {
    if (emergency[country]) return [];
    const without = dangerClasses.filter((name) => !(lines[country]?.[name] ?? []).some((id) => callable.has(id)));
    if (without.length === 0) return [];
    return [
      {
        file: numbers.file,
        path: ['lines'],
        message: `nobody to call in ${country} for ${without.join(', ')}: add its emergency number, or a line for each`,
      },
    ];
  });
}
