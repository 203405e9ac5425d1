package io.github.changeover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A marked section of docs/performance.md, which its own run replaces and which other runs keep. */
record Section(String name, String text) {
    private static final Pattern ANY = Pattern.compile("<!-- section (\\S+) -->\n.*?<!-- end of \\1 -->\n", Pattern.DOTALL);

    /** Prints the section and writes it below {@code target}. */
    void report() throws IOException {
        System.out.println(text);
        Path report = Files.createDirectories(Path.of(System.getProperty("changeover.target"), "bench", "report"));
        Files.writeString(report.resolve(name + ".md"), text);
    }

    /** Replaces the section in the file, or appends it. */
    void replaceIn(Path file) throws IOException {
        StringBuilder page = new StringBuilder();
        Matcher sections = ANY.matcher(Files.exists(file) ? Files.readString(file) : "");
        boolean found = false;
        while (sections.find()) {
            boolean same = sections.group(1).equals(name);
            found |= same;
            sections.appendReplacement(page, Matcher.quoteReplacement(same ? marked() : sections.group()));
        }
        sections.appendTail(page);
        Files.writeString(file, found ? page : page.append('\n').append(marked()));
    }

    private String marked() {
        return "<!-- section " + name + " -->\n" + text + "<!-- end of " + name + " -->\n";
    }

    /** Returns all marked sections of the file, to append them to a new one. */
    static String allOf(Path file) throws IOException {
        StringBuilder all = new StringBuilder();
        if (Files.exists(file)) ANY.matcher(Files.readString(file)).results().forEach(section -> all.append('\n').append(section.group()));
        return all.toString();
    }
}
