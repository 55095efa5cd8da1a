use http::{HeaderMap, HeaderName};

/// The weight that a header such as `Accept` gives to a name, in thousandths (RFC 9110 §12.4.2), or
/// `None` if the header does not have the name.
pub(crate) fn weight(headers: &HeaderMap, header: &HeaderName, name: &str) -> Option<u16> {
    let fields = headers.get_all(header).iter();
    let fields = fields.filter_map(|field| field.to_str().ok());
    let items = fields.flat_map(|field| field.split(','));
    items.filter_map(|item| of_item(item, name)).max()
}

fn of_item(item: &str, name: &str) -> Option<u16> {
    let mut parts = item.split(';').map(str::trim);
    let is_named = parts.next()?.eq_ignore_ascii_case(name);
    let mut weights = parts.filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let weight: f32 = value.parse().ok()?;
        let is_weight = name.eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&weight);
        is_weight.then_some((weight * 1000.0) as u16)
    });
    is_named.then(|| weights.next_back().unwrap_or(1000))
}
