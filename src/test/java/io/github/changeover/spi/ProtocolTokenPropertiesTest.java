package io.github.changeover.spi;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ProtocolTokenPropertiesTest {
    @Property
    void parsedTokenIsWrittenUnchanged(@ForAll String text) {
        ProtocolToken.parse(text).ifPresent(token -> assertThat(token).hasToString(text));
    }
}
