package sessions;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A placeholder for a real token: {@code good-MILLIS}. */
record Token(Instant expires) {
    static Optional<Token> among(List<String> subprotocols) {
        if (subprotocols == null) return Optional.empty();
        return subprotocols.stream().flatMap(line -> Arrays.stream(line.split(","))).map(String::strip).flatMap(word -> of(word).stream()).findFirst();
    }

    static Optional<Token> of(String word) {
        if (!word.startsWith("bearer.good-")) return Optional.empty();
        Instant expires = Instant.ofEpochMilli(Long.parseLong(word.substring("bearer.good-".length())));
        return expires.isAfter(Instant.now()) ? Optional.of(new Token(expires)) : Optional.empty();
    }
}
