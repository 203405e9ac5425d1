package identity;

import jakarta.enterprise.context.RequestScoped;

/** One instance for each callback. */
@RequestScoped
public class OfRequest {
    private int count;

    public int count() {
        return count++;
    }
}
