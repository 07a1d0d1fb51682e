namespace KestrelL4.FunctionalTests.Deployment;

/// <summary>systemd understands the units, and finds little in them that an intruder could use.</summary>
public sealed class SystemdUnitTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresToolFact("systemd-analyze")]
    public async Task Units_AsShipped_AreUnderstood()
    {
        string[] units = [.. Directory.GetFiles(DeploymentFiles.PathOf("systemd")).Where(static path => !path.EndsWith(".conf", StringComparison.Ordinal))];
        Assert.Equal(3, units.Length);
        foreach (string unit in units)
        {
            // It looks whether the program is there.
            string text = await File.ReadAllTextAsync(unit);
            _directory.Write(Path.GetFileName(unit), text.Replace("/opt/kestrell4/kestrell4", NodeExecutable.Path, StringComparison.Ordinal));
        }

        ToolResult verified = await Tool.RunAsync(
            "systemd-analyze", ["verify", "--man=no", .. units.Select(unit => _directory[Path.GetFileName(unit)])]);

        Assert.True(verified.ExitCode == 0, verified.ToString());
        Assert.DoesNotContain("kestrell4", verified.Error, StringComparison.Ordinal);
    }

    // In tenths, from 0 to 100. What is left is the network, and what .NET needs.
    [RequiresToolTheory("systemd-analyze")]
    [InlineData("kestrell4.service", 20)]
    [InlineData("kestrell4-authority.service", 20)]
    public async Task Services_AsShipped_AreExposedLittle(string unit, int threshold)
    {
        ToolResult judged = await Tool.RunAsync(
            "systemd-analyze", ["security", "--no-pager", "--offline=true", $"--threshold={threshold}", DeploymentFiles.PathOf($"systemd/{unit}")]);

        Assert.True(judged.ExitCode == 0, judged.ToString());
    }
}
