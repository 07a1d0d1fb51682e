using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;
using KestrelL4.Server.Reload;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Reload;

public sealed class SourceFingerprintTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Again_NothingChanged_IsTheSame()
    {
        SourceFingerprint before = Of(_directory.Write("a.json", "{}"));

        Assert.True(before.Again().IsSameAs(before));
        Assert.Empty(before.Again().ChangesSince(before));
    }

    [Fact]
    public void Again_SameLengthAndTimes_TellsByContent()
    {
        string file = _directory.Write("a.json", "{ 1 }");
        DateTime written = File.GetLastWriteTimeUtc(file);
        SourceFingerprint before = Of(file);

        File.WriteAllText(file, "{ 2 }");
        File.SetLastWriteTimeUtc(file, written);

        Assert.Equal([file], before.Again().ChangesSince(before));
    }

    [Fact]
    public async Task Again_LinkOfAMountedVolumeIsSwapped_TellsIt()
    {
        Directory.CreateDirectory(_directory["v1"]);
        Directory.CreateDirectory(_directory["v2"]);
        File.WriteAllText(_directory["v1/a.json"], "one");
        File.WriteAllText(_directory["v2/a.json"], "two");
        File.CreateSymbolicLink(_directory["..data"], "v1");
        File.CreateSymbolicLink(_directory["a.json"], "..data/a.json");
        SourceFingerprint before = Of(_directory["a.json"]);

        File.CreateSymbolicLink(_directory["..data_tmp"], "v2");
        Assert.Equal(0, (await Tool.RunAsync("mv", ["-T", _directory["..data_tmp"], _directory["..data"]])).ExitCode);

        Assert.False(before.Again().IsSameAs(before));
    }

    [Fact]
    public void Again_FileAppearsOrGoesOrBecomesADirectory_TellsIt()
    {
        string file = _directory["a.json"];
        SourceFingerprint missing = Of(file);

        File.WriteAllText(file, "{}");
        SourceFingerprint there = missing.Again();
        File.Delete(file);
        Directory.CreateDirectory(file);
        SourceFingerprint directory = missing.Again();

        Assert.False(there.IsSameAs(missing));
        Assert.False(directory.IsSameAs(there));
        Assert.False(directory.IsSameAs(missing));
    }

    [Fact]
    public void Again_SecretAddedOrChanged_TellsTheDirectory()
    {
        string secrets = Directory.CreateDirectory(_directory["secrets"]).FullName;
        SourceFingerprint empty = SourceFingerprint.Of(Sources() with { SecretsDirectory = secrets });

        File.WriteAllText(Path.Combine(secrets, "KestrelL4__Drain__Delay"), "1s");
        SourceFingerprint added = empty.Again();
        File.WriteAllText(Path.Combine(secrets, "KestrelL4__Drain__Delay"), "2s");

        Assert.Equal([secrets], added.ChangesSince(empty));
        Assert.Equal([secrets], added.Again().ChangesSince(added));
    }

    // What was read in between may have been the other content.
    [Fact]
    public void Settled_ChangedAndBackAgain_IsTakenForChanged()
    {
        string file = _directory.Write("a.json", "one");
        SourceFingerprint before = Of(file);
        File.WriteAllText(file, "two");

        SourceFingerprint settled = before.Settled();
        File.WriteAllText(file, "one");

        Assert.Equal([file], settled.Again().ChangesSince(settled));
        Assert.True(before.Again().Settled().IsSameAs(before));
    }

    // Reading it would wait for somebody who writes.
    [Fact]
    public async Task Of_Pipe_IsNotReadAndNeverChanges()
    {
        string pipe = _directory["pipe"];
        Assert.Equal(0, (await Tool.RunAsync("mkfifo", [pipe])).ExitCode);

        SourceFingerprint before = await Eventually.WithinAsync(Task.Run(() => Of(pipe)), "the pipe is looked at");

        Assert.True(before.Again().IsSameAs(before));
    }

    [Fact]
    public async Task Of_PipeAmongTheSecrets_IsNotAwaited()
    {
        string secrets = Directory.CreateDirectory(_directory["secrets"]).FullName;
        Assert.Equal(0, (await Tool.RunAsync("mkfifo", [Path.Combine(secrets, "KestrelL4__Drain__Delay")])).ExitCode);

        await Eventually.WithinAsync(
            Task.Run(() => SourceFingerprint.Of(Sources() with { SecretsDirectory = secrets })), "the secrets are looked at");
    }

    // A look comes once a second.
    [Fact]
    public async Task Of_FileOfATerabyte_IsNotReadToItsEnd()
    {
        string huge = _directory["huge"];
        using (FileStream file = File.Create(huge))
        {
            file.SetLength(1L << 40);
        }

        SourceFingerprint before = await Eventually.WithinAsync(Task.Run(() => Of(huge)), "the file is looked at");
        File.WriteAllText(huge, "{}");

        Assert.Equal([huge], before.Again().ChangesSince(before));
    }

    // The remedy of a key that was refused for it changes nothing else.
    [Fact]
    public void Again_NoLongerReadableByEverybody_TellsIt()
    {
        string key = _directory.Write("server.key", "key");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        SourceFingerprint before = Of(key);

        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Equal([key], before.Again().ChangesSince(before));
    }

    [Fact]
    public void Of_NoFileNamed_WatchesForTheDefaultOne()
    {
        SourceFingerprint before = SourceFingerprint.Of(Sources());

        _directory.Write("appsettings.json", "{}");

        Assert.Equal([_directory["appsettings.json"]], before.Again().ChangesSince(before));
    }

    public void Dispose() => _directory.Dispose();

    private SourceFingerprint Of(string file) => SourceFingerprint.Of(Sources(file));

    private ConfigurationSources Sources(params string[] files) =>
        new(files, null, []) { Surroundings = new Surroundings(_directory.Path, new Dictionary<string, string>()) };
}
