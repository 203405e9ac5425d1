package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.settings.SettingValues;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The settings of WebSocket for a path. */
class EndpointSettingsTest {
    private static EndpointSettings endpointSettings(Map<String, String> settings) {
        ServletContext context = (ServletContext) Proxy.newProxyInstance(EndpointSettingsTest.class.getClassLoader(), new Class<?>[] {ServletContext.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "getInitParameterNames" -> Collections.enumeration(settings.keySet());
                    case "getInitParameter" -> settings.get(arguments[0]);
                    case "getAttribute" -> null;
                    case "getClassLoader" -> EndpointSettingsTest.class.getClassLoader();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
        return EndpointSettings.of(SettingValues.of(context), new WebSocketLibrary().pathSettings());
    }

    @Test
    void variableNamesAreIrrelevant() {
        EndpointSettings terms = endpointSettings(Map.of("changeover.path./a/{x}.websocket.message.max", "1K", "changeover.path./a/{y}.websocket.send.max", "2K"));
        for (WebSocketLibrary.WebSocketSettings each : List.of(terms.of(PathTemplate.of("/a/{x}")), terms.of(PathTemplate.of("/a/{y}")), terms.of(PathTemplate.of("/a/{z}")), terms.at("/a/1"))) {
            assertThat(List.of(each.maxMessage(), each.sendMax())).containsExactly(1024, 2048);
        }
        assertThat(terms.at("/b/1")).isEqualTo(terms.everywhere());
    }

    /** As for the roles of the path: a front controller may treat /a/1/ like /a/1. */
    @Test
    void settingsOfAPathApplyToItsOtherSpellings() {
        EndpointSettings terms = endpointSettings(Map.of("changeover.path./a/{x}.websocket.message.max", "1K", "changeover.path./a/*.websocket.message.max", "2K"));
        for (String path : List.of("/a/1", "/a/1/", "//a/1", "/a/1;b=c", "/x/../a/1")) assertThat(terms.at(path).maxMessage()).as(path).isEqualTo(1024);
        assertThat(terms.at("/a/1/2/").maxMessage()).isEqualTo(2048);
    }
}
