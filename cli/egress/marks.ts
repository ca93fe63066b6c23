import type { Inspection } from '../../runtime/model/flow.ts'

/** What stands beside a word to say that not all was read. */
export function markOf(inspection: Inspection): string {
  return MARKS[inspection]
}

const MARKS: Readonly<Record<Inspection, string>> = {
  none: '',
  inspected: '',
  partial: '~',
  uninspected: '*',
}

const EXPLANATIONS: Partial<Record<Inspection, string>> = {
  uninspected: '* uninspected: what it carried was not read.',
  partial: '~ partial: not all that it carried was read.',
}

/** A line for each mark that was used. */
export function explainMarks(used: readonly Inspection[]): string[] {
  return (['uninspected', 'partial'] as const).flatMap((inspection) =>
    used.includes(inspection) ? [EXPLANATIONS[inspection] ?? ''] : [],
  )
}
