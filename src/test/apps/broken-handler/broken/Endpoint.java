package broken;

@io.github.changeover.UpgradeEndpoint(value = "/x", protocol = "x")
public class Endpoint {
}
