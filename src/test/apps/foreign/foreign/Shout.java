package foreign;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

@UpgradeEndpoint(value = "/shout/{room}", protocol = "shout/1")
public class Shout implements ConnectionHandler.Blocking {
    @Override
    public void serve(BlockingConnection connection) throws IOException {
        String where = connection.request().contextPath() + " " + connection.request().pathParameter("room");
        BufferedReader lines = new BufferedReader(new InputStreamReader(connection.input(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            connection.output().write((where + ": " + line.toUpperCase() + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
