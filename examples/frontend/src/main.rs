//! The page: reads the parcel from its fields, and writes what it costs.

mod parcel;

use parcel::Parcel;
use wasm_bindgen::prelude::*;
use web_sys::{Document, Event, HtmlInputElement, UrlSearchParams};

const FIELDS: [&str; 4] = ["length", "width", "height", "grams"];

fn main() -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    let window = web_sys::window().ok_or("no window")?;
    let document = window.document().ok_or("no document")?;
    fill_in(&document, &window.location().search()?)?;
    show(&document)?;
    let shown = document.clone();
    let on_input = Closure::<dyn FnMut(Event)>::new(move |_| {
        show(&shown).unwrap_throw();
    });
    element(&document, "parcel")?
        .add_event_listener_with_callback("input", on_input.as_ref().unchecked_ref())?;
    // The page listens for as long as it is open.
    on_input.forget();
    Ok(())
}

/// What the address says of the parcel, as in `?length=30&grams=1200`, so that a price can be sent to somebody.
fn fill_in(document: &Document, query: &str) -> Result<(), JsValue> {
    let given = UrlSearchParams::new_with_str(query)?;
    for name in FIELDS {
        if let Some(value) = given.get(name) {
            input(document, name)?.set_value(&value);
        }
    }
    Ok(())
}

fn show(document: &Document) -> Result<(), JsValue> {
    let mut numbers = [0; FIELDS.len()];
    for (number, name) in numbers.iter_mut().zip(FIELDS) {
        *number = input(document, name)?.value().trim().parse().unwrap_or(0);
    }
    let [length, width, height, grams] = numbers;
    let parcel = Parcel {
        length,
        width,
        height,
        grams,
    };
    let (text, class) = match parcel.price() {
        Ok(cents) => (format!("€ {}.{:02}", cents / 100, cents % 100), "price"),
        Err(reason) => (reason.to_string(), "refused"),
    };
    let answer = element(document, "answer")?;
    answer.set_text_content(Some(&text));
    answer.set_class_name(class);
    Ok(())
}

fn input(document: &Document, id: &str) -> Result<HtmlInputElement, JsValue> {
    Ok(element(document, id)?.dyn_into::<HtmlInputElement>()?)
}

fn element(document: &Document, id: &str) -> Result<web_sys::Element, JsValue> {
    let missing = || JsValue::from_str(&format!("the page has no #{id}"));
    document.get_element_by_id(id).ok_or_else(missing)
}
