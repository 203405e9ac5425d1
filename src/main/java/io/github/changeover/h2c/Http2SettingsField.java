package io.github.changeover.h2c;

import io.github.changeover.http.AsciiSet;
import io.github.changeover.http.ConnectionField;
import io.github.changeover.http.FieldScanner;
import io.github.changeover.spi.UpgradeRequest;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

/** The {@code HTTP2-Settings} header field: a SETTINGS payload in base64url (RFC 7540 section 3.2.1). */
final class Http2SettingsField {
    private static final String NAME = "HTTP2-Settings";
    private static final AsciiSet BASE64_URL = AsciiSet.LETTERS_AND_DIGITS.plus("-_");
    private static final int ONE_SETTING = 6, IN_BASE64 = 8;

    /** The reason why a request cannot be upgraded. */
    static final class InvalidSettingsException extends Exception {
        private static final long serialVersionUID = 1;

        InvalidSettingsException(String reason) {
            super(reason, null, false, false);
        }
    }

    private Http2SettingsField() {
    }

    /**
     * Returns the client's settings. Padding is rejected, because the RFC forbids it. An empty value is also rejected, because the grammar
     * of the field does not allow it.
     */
    static Http2Settings of(UpgradeRequest request) throws InvalidSettingsException {
        List<String> values = request.fields().values(NAME);
        if (values.size() != 1) throw new InvalidSettingsException("it has " + values.size() + " HTTP2-Settings fields instead of one");
        if (!ConnectionField.has(request.fields().values("Connection"), "http2-settings")) throw new InvalidSettingsException("Connection does not list HTTP2-Settings");
        return decoded(FieldScanner.trim(values.get(0)));
    }

    private static Http2Settings decoded(String value) throws InvalidSettingsException {
        if (!BASE64_URL.containsAll(value)) throw new InvalidSettingsException("HTTP2-Settings is not base64url without padding");
        if (value.isEmpty() || value.length() % IN_BASE64 != 0) throw new InvalidSettingsException("HTTP2-Settings is not a sequence of settings of " + ONE_SETTING + " bytes");
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(value));
        Http2Settings settings = new Http2Settings();
        while (bytes.hasRemaining()) {
            int id = bytes.getShort() & 0xffff;
            long setting = bytes.getInt() & 0xffffffffL;
            try {
                settings.put((char) id, (Long) setting);
            } catch (IllegalArgumentException wrong) {
                throw new InvalidSettingsException("HTTP2-Settings has a value that setting " + id + " cannot have");
            }
        }
        return settings;
    }
}
