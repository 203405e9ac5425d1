package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class AcceptKeyPropertiesTest {
    @Property
    @Covers({"RFC6455-4.2.2-04", "MDN-10"})
    void acceptIsTheHashOfKeyAndGuid(@ForAll @Size(16) byte[] nonce) throws NoSuchAlgorithmException {
        String key = Base64.getEncoder().encodeToString(nonce);
        byte[] text = (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII);
        assertThat(AcceptKey.isNonce(key)).isTrue();
        assertThat(AcceptKey.of(key)).isEqualTo(Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text)));
    }

    @Property
    @Covers("RFC6455-4.2.1-05")
    void onlySixteenBytesAreANonce(@ForAll @Size(max = 40) byte[] bytes) {
        assertThat(AcceptKey.isNonce(Base64.getEncoder().encodeToString(bytes))).isEqualTo(bytes.length == 16);
    }

    @Property
    @Covers("RFC6455-4.2.1-05")
    void nonceIsWhatReencodesUnchanged(@ForAll @From("nearly") String key) {
        assertThat(AcceptKey.isNonce(key)).isEqualTo(reencodesUnchanged(key));
    }

    @Provide
    Arbitrary<String> nearly() {
        return Arbitraries.strings().withChars("AQgwBz09+/=-_ \u00e9").ofMinLength(20).ofMaxLength(23)
                .map(text -> text.length() == 22 ? text + "==" : text);
    }

    private static boolean reencodesUnchanged(String key) {
        try {
            byte[] bytes = Base64.getDecoder().decode(key);
            return bytes.length == 16 && Base64.getEncoder().encodeToString(bytes).equals(key);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
