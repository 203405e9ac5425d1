package leftover;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import java.io.IOException;

/** Reads a part of what the client sends and leaves the rest. It ends by a return, or by an exception if the query is "throws". */
@UpgradeEndpoint(value = "/leaves", protocol = "leftover")
public final class Leaves implements ConnectionHandler.Blocking {
    @Override
    public void serve(BlockingConnection connection) throws IOException {
        byte[] bytes = new byte[3000];
        for (int all = 0; all < 20_000; ) {
            int count = connection.input().read(bytes);
            if (count < 0) return;
            connection.output().write(bytes, 0, count);
            all += count;
        }
        if ("throws".equals(connection.request().query())) throw new IllegalArgumentException("leaves the rest");
    }
}
