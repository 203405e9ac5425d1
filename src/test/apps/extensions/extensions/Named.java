package extensions;

import jakarta.websocket.Extension;
import java.util.List;
import java.util.stream.Collectors;

/** An extension without an implementation. */
record Named(String getName, List<Parameter> getParameters) implements Extension {
    record Value(String getName, String getValue) implements Extension.Parameter {
    }

    static String text(List<? extends Extension> extensions) {
        return extensions.stream().map(extension -> extension.getName() + extension.getParameters().stream()
                .map(parameter -> ";" + parameter.getName() + (parameter.getValue() == null ? "" : "=" + parameter.getValue())).collect(Collectors.joining())).collect(Collectors.joining(","));
    }
}
