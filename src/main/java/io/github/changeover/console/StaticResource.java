package io.github.changeover.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of the console's page, from the JAR.
 *
 * @param type the media type
 * @param tag  the entity tag, which changes with the content
 */
record StaticResource(String type, byte[] bytes, String tag) {
    private static final List<String> NAMES = List.of("console.html", "console.css", "console.js", "charts.js", "dom.js", "dry-run.js", "live-updates.js", "tables.js", "icon.svg");

    /** Returns all files, by name. */
    static Map<String, StaticResource> all() {
        Map<String, StaticResource> all = new LinkedHashMap<>();
        for (String name : NAMES) all.put(name, read(name));
        return Map.copyOf(all);
    }

    private static StaticResource read(String name) {
        try (InputStream in = StaticResource.class.getResourceAsStream(name)) {
            if (in == null) throw new IllegalStateException("The console's file " + name + " is missing from the JAR: use a complete JAR");
            byte[] bytes = in.readAllBytes();
            String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 12);
            return new StaticResource(type(name), bytes, '"' + digest + '"');
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".html" -> "text/html;charset=UTF-8";
            case ".css" -> "text/css;charset=UTF-8";
            case ".js" -> "text/javascript;charset=UTF-8";
            default -> "image/svg+xml";
        };
    }
}
