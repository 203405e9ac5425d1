package io.github.changeover.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The page obeys its own content security policy: no inline script or style, nothing from another origin, and no markup that is created
 * from text.
 */
class StaticResourceTest {
    private static final Map<String, StaticResource> ALL = StaticResource.all();

    private static String text(String name) {
        return new String(ALL.get(name).bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void pageHasNoInlineScriptOrStyle() {
        assertThat(text("console.html")).doesNotContainPattern("<style|\\sstyle=|<script(?![^>]*src=)|\\son[a-z]+=|javascript:|//");
    }

    @Test
    void nothingIsLoadedFromOtherOrigins() {
        assertThat(text("console.css")).doesNotContainPattern("url\\(|@import|//");
        ALL.keySet().stream().filter(name -> name.endsWith(".js")).forEach(name ->
                assertThat(text(name).replace("http://www.w3.org/2000/svg", "")).as(name).doesNotContainPattern("https?://"));
    }

    @Test
    void textIsNeverParsedAsMarkup() {
        ALL.keySet().stream().filter(name -> name.endsWith(".js")).forEach(name -> assertThat(text(name)).as(name)
                .doesNotContainPattern("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|new Function|srcdoc|DOMParser"));
    }

    @Test
    void everyImportedFileExistsWithItsContentType() {
        assertThat(ALL.get("console.js").type()).isEqualTo("text/javascript;charset=UTF-8");
        assertThat(ALL.get("icon.svg").type()).isEqualTo("image/svg+xml");
        ALL.keySet().stream().filter(name -> name.endsWith(".js")).forEach(name -> text(name).lines().filter(line -> line.startsWith("import "))
                .map(line -> line.replaceAll(".*'\\./(.*)'.*", "$1")).forEach(imported -> assertThat(ALL).containsKey(imported)));
    }
}
