import { type InspectedAttack, inspectedFamily } from './rig/inspected.ts'
import type { BadCertificate } from './rig/inspected-world.ts'
import { NO_VERIFYING } from './rig/patches.ts'

const BAD: readonly BadCertificate[] = ['of an unknown authority', 'expired', 'for another name']

inspectedFamily({
  control: NO_VERIFYING,
  attacks: BAD.flatMap((certificate): readonly InspectedAttack[] =>
    ['', '--http2 '].map((option) => ({
      row: 50,
      title: `a destination with a certificate ${certificate}${option === '' ? '' : ', over HTTP/2'}`,
      certificate,
      script: ({ host, mark }) => `curl -sSk -m 10 ${option}https://${host}/${mark} -d secret`,
      denied: { in: 'flows', reason: 'upstream-certificate', alerts: ['upstream_certificate'] },
    })),
  ),
})
