package io.github.changeover.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;

class OwnPathsPropertiesTest {
    private final OwnPaths app = new OwnPaths("/app", path -> true);
    private final OwnPaths root = new OwnPaths("", path -> !path.startsWith("/manager"));

    @Property
    void noPathWithADotSegmentPasses(@ForAll @StringLength(max = 8) @CharRange(from = 'a', to = 'z') String before, @ForAll @StringLength(max = 8) @CharRange(from = 'a', to = 'z') String after) {
        for (String dots : new String[] {"..", ".", "%2e%2E", ".%2e", "..;" + after, "%2e;" + after}) {
            assertThat(root.objection("/" + before + "/" + dots + "/manager" + after)).as(dots).isNotEmpty();
        }
    }

    @Property
    void whateverComesIsAnsweredWithoutAnException(@ForAll @StringLength(max = 40) @CharRange(from = '!', to = '~') String path) {
        assertThat(app.objection("/" + path)).isNotNull();
    }
}
