package io.github.changeover.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small types of the SPI: decisions, and the request. */
class DecisionTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 101, 200, 299, 600})
    void rejectionHasARedirectOrErrorStatus(int status) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Decision.Refuse(status, "no"))
                .withMessage("A rejection must have a status from 300 to 599, not " + status);
    }

    @Test
    void switchNamesAProtocol() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Decision.Switch(List.of(), Fields.none(), context -> null));
        assertThat(Decision.Switch.to(ProtocolToken.of("foo/2"), context -> null).layers()).containsExactly(ProtocolToken.of("foo/2"));
    }

    @ParameterizedTest
    @CsvSource({"-1,false,false", "0,false,false", "1,false,true", "-1,true,true"})
    void contentMeansALengthAboveZeroOrATransferCoding(long length, boolean chunked, boolean content) {
        assertThat(request(length < 0 ? OptionalLong.empty() : OptionalLong.of(length), chunked, Map.of()).hasContent()).isEqualTo(content);
    }

    @Test
    void requestIsImmutable() {
        Map<String, String> parameters = new HashMap<>(Map.of("room", "tea"));
        UpgradeRequest request = request(OptionalLong.empty(), false, parameters);
        parameters.clear();
        assertThat(request.pathParameter("room")).isEqualTo("tea");
        assertThatIllegalArgumentException().isThrownBy(() -> request.pathParameter("rom")).withMessage("The path has no variable 'rom'; it has [room]");
        assertThat(request.toBuilder().pathParameters(Map.of("a", "b")).build().pathParameter("a")).isEqualTo("b");
        assertThat(request.toBuilder().roles(Set.of("staff")).build().roles()).containsExactly("staff");
        assertThat(request.secure()).isFalse();
    }

    private static UpgradeRequest request(OptionalLong length, boolean chunked, Map<String, String> parameters) {
        return UpgradeRequest.builder().path("/lines/tea").contentLength(length.orElse(-1)).chunked(chunked).pathParameters(parameters).build();
    }
}
