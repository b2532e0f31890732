//! `GET /`.

use crate::house::House;

#[tokio::test]
async fn the_page_loads_its_style_and_nothing_else() {
    let house = House::rules_only();
    let page = house.get("/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.contains("<html lang=\"en\">") && page.text.contains("href=\"/landing.css\""));
    assert!(
        !page.text.contains("<script") && !page.text.contains("style=") && !page.text.contains("https://")
    );
    assert_eq!(house.get("/landing.css").await.header("content-type"), "text/css; charset=utf-8");
}
