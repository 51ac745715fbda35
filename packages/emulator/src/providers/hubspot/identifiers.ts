import { identifierTypes, type DeliveryIdentifier } from './entities'
import { filledText, nested, oneOf, wrong, type Fields, type Reader } from './fields'

const shapes: Partial<Record<DeliveryIdentifier['type'], { shape: RegExp; message: string }>> = {
  HS_EMAIL_ADDRESS: { shape: /^[^\s@]+@[^\s@]+\.[^\s@]+$/, message: 'must be an e-mail address' },
  HS_PHONE_NUMBER: { shape: /^\+[1-9]\d{1,14}$/, message: 'must be a phone number in E.164 format' },
  HS_SHORT_CODE: { shape: /^\d{3,8}$/, message: 'must be a short code' },
}

export const deliveryIdentifier: Reader<DeliveryIdentifier> = (value, path) => {
  const fields = nested(value, path)
  const type = fields.required('type', oneOf(...identifierTypes))
  const identifier = { type, value: fields.required('value', filledText) }
  fields.end()
  const wanted = shapes[type]
  if (wanted && !wanted.shape.test(identifier.value)) throw wrong(wanted.message, `${path}.value`)
  return identifier
}

export const readIdentifier = (fields: Fields): DeliveryIdentifier | undefined =>
  fields.optional('deliveryIdentifier', deliveryIdentifier)

export const isSame = (one: DeliveryIdentifier | undefined, other: DeliveryIdentifier | undefined): boolean =>
  one !== undefined && one.type === other?.type && one.value === other.value
