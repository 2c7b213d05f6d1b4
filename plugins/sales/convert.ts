// A lead becomes an account, a contact and an opportunity. What is there already is found and not made twice.
import { type Context, type InputOf, type RecordOf, refuse } from 'relata/plugin'
import { text } from './texts.ts'

type Lead = RecordOf<'sales.lead'>
type Form = InputOf<'sales.convert_lead'>
type Records = Context['records']

export interface Converted {
  organisation: string | null
  person: string | null
  opportunity: string | null
}

/** A conversion that was begun and neither finished nor undone is void after this time. */
const VOID_AFTER_MS = 60_000

/**
 * Whoever converts takes the lead first, by its version: of two who press the button in the same moment one is told that
 * the other was there.
 */
export async function convert(lead: Lead, form: Partial<Form>, context: Context): Promise<Converted> {
  requireOpen(lead, context.now)
  const { records, now } = context
  await records.update('sales.lead', lead.id, { converted_at: now }, { version: lead.version })
  try {
    const made = await makeAll(lead, form, context)
    await records.update('sales.lead', lead.id, { ...made, status: 'converted', converted_at: now })
    return made
  } catch (error) {
    await records.update('sales.lead', lead.id, { converted_at: null })
    throw error
  }
}

function requireOpen({ status, converted_at }: Lead, now: string): void {
  if (status === 'converted')
    refuse(
      text('This lead was converted already.', 'Этот лид уже конвертирован.', 'Dieser Lead ist schon umgewandelt.'),
    )
  if (status === 'disqualified')
    refuse(
      text(
        'This lead was disqualified. Give it another status first.',
        'Этот лид отклонён. Сначала смените его статус.',
        'Dieser Lead ist abgelehnt. Geben Sie ihm zuerst einen anderen Status.',
      ),
    )
  if (converted_at !== null && Date.parse(now) - Date.parse(converted_at) < VOID_AFTER_MS)
    refuse(
      text(
        'Somebody else is converting this lead.',
        'Этот лид сейчас конвертирует кто-то другой.',
        'Jemand anderes wandelt diesen Lead gerade um.',
      ),
    )
}

async function makeAll(lead: Lead, form: Partial<Form>, context: Context): Promise<Converted> {
  const owner = form.new_owner ?? lead.owner
  const organisation = form.organisation ?? (await findOrMakeOrganisation(lead, owner, context.records))
  const person = form.person ?? (await findOrMakePerson(lead, organisation, owner, context))
  if (person && organisation) await employ(lead, person, organisation, context)
  if (form.create_opportunity === false) return { organisation, person, opportunity: null }
  const opportunity = await makeOpportunity(lead, form, { organisation, person, owner }, context.records)
  return { organisation, person, opportunity }
}

async function findOrMakeOrganisation(lead: Lead, owner: string | null, records: Records): Promise<string | null> {
  if (lead.company === null) return null
  const filter = { '==': [{ lower: { var: 'name' } }, lead.company.trim().toLowerCase()] }
  const { data } = await records.list('base.organisation', { filter, sort: 'created_at', limit: 1 })
  if (data[0]) return data[0].id
  const { website, employees } = lead
  const made = await records.create('base.organisation', {
    name: lead.company,
    website,
    employees,
    roles: ['prospect'],
    sales_account_status: 'prospect',
    owner,
  })
  return made.id
}

async function findOrMakePerson(
  lead: Lead,
  employer: string | null,
  owner: string | null,
  { records, now }: Context,
): Promise<string | null> {
  const { name, email, phone: work_phone, job_title } = lead
  if (email !== null) {
    const filter = { '==': [{ var: 'email' }, email] }
    const { data } = await records.list('base.person', { filter, sort: 'created_at', limit: 1 })
    if (data[0]) return data[0].id
  }
  if (name === null) return null
  const met_on = now.slice(0, 10)
  const met_through = MET[lead.source ?? 'other'] ?? null
  const made = await records.create('base.person', {
    ...{ name, email, work_phone, job_title, employer, met_through, met_on, owner },
  })
  return made.id
}

/** How people are said to have been met, of the sources of leads that have a word for it there. */
const MET: Readonly<Partial<Record<NonNullable<Lead['source']>, RecordOf<'base.person'>['met_through']>>> = {
  web: 'web',
  referral: 'recommendation',
  event: 'event',
  partner: 'partner',
  call: 'call',
  import: 'import',
}

async function employ(lead: Lead, person: string, organisation: string, { records, now }: Context): Promise<void> {
  const filter = {
    and: [
      { '==': [{ var: 'type' }, 'base.works_for'] },
      { '==': [{ var: 'from.id' }, person] },
      { '==': [{ var: 'to.id' }, organisation] },
      { '==': [{ var: 'valid_to' }, null] },
    ],
  }
  if ((await records.count('system.relationship', filter)) > 0) return
  await records.create('system.relationship', {
    type: 'base.works_for',
    from: { entity: 'base.person', id: person },
    to: { entity: 'base.organisation', id: organisation },
    from_role: lead.job_title,
    valid_from: now.slice(0, 10),
  })
}

interface Parties {
  organisation: string | null
  person: string | null
  owner: string | null
}

async function makeOpportunity(lead: Lead, form: Partial<Form>, parties: Parties, records: Records): Promise<string> {
  const made = await records.create('sales.opportunity', {
    name: form.opportunity_name ?? lead.company ?? lead.display_name,
    account: parties.organisation,
    primary_contact: parties.person,
    pipeline: form.pipeline ?? null,
    amount: form.amount ?? lead.budget,
    close_date: form.close_date ?? null,
    source: lead.source,
    next_step: lead.next_step,
    next_step_on: lead.next_step_on,
    description: lead.interest,
    owner: parties.owner,
  })
  const wanted = { '==': [{ var: 'lead' }, lead.id] }
  const { data } = await records.list('sales.lead_products', { filter: wanted, sort: 'created_at', limit: 50 })
  for (const [index, { product }] of data.entries())
    await records.create('sales.opportunity_line', { opportunity: made.id, product, position: 10 * (index + 1) })
  return made.id
}
