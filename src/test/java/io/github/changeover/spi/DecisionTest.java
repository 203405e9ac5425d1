package io.github.changeover.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small records of the SPI: decisions and the request's snapshot. */
class DecisionTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 101, 200, 299, 600})
    void aRefusalIsARedirectOrAnError(int status) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Decision.Refuse(status, "no"))
                .withMessage("A refusal has a status from 300 to 599, not " + status);
    }

    @Test
    void aSwitchNamesAProtocol() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Decision.Switch(List.of(), Fields.none(), context -> null));
        assertThat(Decision.Switch.to(ProtocolToken.of("foo/2"), context -> null).layers()).containsExactly(ProtocolToken.of("foo/2"));
    }

    @ParameterizedTest
    @CsvSource({"-1,false,false", "0,false,false", "1,false,true", "-1,true,true"})
    void contentIsALengthAboveZeroOrATransferCoding(long length, boolean chunked, boolean content) {
        assertThat(request(length < 0 ? OptionalLong.empty() : OptionalLong.of(length), chunked, Map.of()).hasContent()).isEqualTo(content);
    }

    @Test
    void aSnapshotDoesNotChange() {
        Map<String, String> parameters = new HashMap<>(Map.of("room", "tea"));
        UpgradeRequest request = request(OptionalLong.empty(), false, parameters);
        parameters.clear();
        assertThat(request.pathParameter("room")).isEqualTo("tea");
        assertThatIllegalArgumentException().isThrownBy(() -> request.pathParameter("rom")).withMessage("The path has no variable 'rom'; it has [room]");
        assertThat(request.withPathParameters(Map.of("a", "b")).pathParameter("a")).isEqualTo("b");
        assertThat(request.withRoles(Set.of("staff")).roles()).containsExactly("staff");
        assertThat(request.secure()).isFalse();
    }

    private static UpgradeRequest request(OptionalLong length, boolean chunked, Map<String, String> parameters) {
        InetSocketAddress any = InetSocketAddress.createUnresolved("localhost", 80);
        return new UpgradeRequest("GET", "/lines/tea", "", "", "HTTP/1.1", "http", Fields.none(), length, chunked, parameters, any, any,
                Optional.empty(), Set.of(), Optional.empty(), Optional.empty());
    }
}
