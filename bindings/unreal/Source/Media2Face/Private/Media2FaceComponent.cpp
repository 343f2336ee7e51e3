#include "Media2FaceComponent.h"

#include "AudioDevice.h"
#include "Components/AudioComponent.h"
#include "Components/SkeletalMeshComponent.h"
#include "Engine/World.h"
#include "GameFramework/Actor.h"
#include "HAL/PlatformTime.h"
#include "Kismet/GameplayStatics.h"
#include "Media2FaceCurves.h"
#include "Media2FaceModel.h"
#include "Media2FaceModule.h"
#include "Media2FaceSubmixListener.h"
#include "Media2FaceVoice.h"
#include "Misc/App.h"
#include "Sound/SoundBase.h"
#include "Sound/SoundSubmix.h"
#include "Sound/SoundWave.h"

using m2f::core::Course;

namespace
{
	/** The core's model, which lives as long as what loaded it. */
	std::shared_ptr<const m2f::Model> CoreModel(const std::shared_ptr<const FMedia2FaceLoadedModel>& Loaded)
	{
		return std::shared_ptr<const m2f::Model>(Loaded, &Loaded->Model);
	}

	uint64 CoreSeed(int32 Seed)
	{
		return Seed < 0 ? M2F_SEED_AUTO : static_cast<uint64>(Seed);
	}
}

UMedia2FaceComponent::UMedia2FaceComponent()
{
	PrimaryComponentTick.bCanEverTick = true;
	PrimaryComponentTick.TickGroup = TG_PrePhysics;
}

void UMedia2FaceComponent::BeginPlay()
{
	Super::BeginPlay();
	Prepare();
	// Meshes are animated after the face is there.
	if (const AActor* Owner = GetOwner())
	{
		TInlineComponentArray<USkeletalMeshComponent*> Meshes(Owner);
		for (USkeletalMeshComponent* Mesh : Meshes)
		{
			Mesh->AddTickPrerequisiteComponent(this);
		}
	}
}

void UMedia2FaceComponent::EndPlay(const EEndPlayReason::Type EndPlayReason)
{
	LeaveSound();
	// The audio render thread is out of it when this returns.
	Character.reset();
	Super::EndPlay(EndPlayReason);
}

/* The core of the character, made once. */
bool UMedia2FaceComponent::Prepare()
{
	if (Character)
	{
		return true;
	}
	FString Error;
	if (FMedia2FaceModule::Get().GetRuntime(Error) == nullptr)
	{
		return Fail(Error);
	}
	const m2f::core::Rig* Found = m2f::core::find_rig(TCHAR_TO_UTF8(*Rig.ToString()));
	if (Found == nullptr)
	{
		return Fail(FString::Printf(TEXT("there is no rig %s: choose arkit, metahuman, oculus, ready-player-me, vrm1 or vrm0"), *Rig.ToString()));
	}
	Character = std::make_shared<FMedia2FaceCharacter>(*Found);
	CurveNames.Reset();
	for (const std::string& Name : Character->Performer.names())
	{
		CurveNames.Add(FName(UTF8_TO_TCHAR(Name.c_str())));
	}
	CurveValues.SetNumZeroed(CurveNames.Num());
	return true;
}

bool UMedia2FaceComponent::PrepareModel()
{
	if (!Prepare())
	{
		return false;
	}
	if (Model == nullptr)
	{
		return Fail(TEXT("the component has no model: import a .m2f file and choose it, or play baked curves"));
	}
	FString Error;
	return Model->Load(Error) || Fail(Error);
}

bool UMedia2FaceComponent::Fail(const FString& Error)
{
	UE_LOG(LogMedia2Face, Error, TEXT("%s: %s"), *GetPathName(), *Error);
	LeaveSound();
	OnFailed.Broadcast(Error);
	return false;
}

bool UMedia2FaceComponent::PlayCurves(const UMedia2FaceCurves* Curves, USoundBase* Sound)
{
	if (!Prepare())
	{
		return false;
	}
	if (Curves == nullptr)
	{
		return Fail(TEXT("PlayCurves without curves"));
	}
	auto Track = m2f::core::BakedTrack::read(Curves->Bytes.GetData(), static_cast<std::size_t>(Curves->Bytes.Num()));
	if (!Track.ok())
	{
		return Fail(Curves->GetName() + TEXT(": ") + FromUtf8(Track.error().what()));
	}
	LeaveSound();
	Character->Performer.play(std::move(Track).value());
	ClipSound = Sound;
	BeginSound();
	return true;
}

bool UMedia2FaceComponent::SaySamples(const TArray<float>& Samples, int32 SampleRate, int32 NumChannels, USoundBase* Sound)
{
	if (!PrepareModel())
	{
		return false;
	}
	m2f::core::ClipOptions Options;
	Options.style = TCHAR_TO_UTF8(*Style);
	Options.style_strength = StyleStrength;
	Options.seed = CoreSeed(Seed);
	auto Job = m2f::core::ClipJob::begin(Model->GetLoaded()->Model, m2f::Span<const float>(Samples.GetData(), static_cast<std::size_t>(Samples.Num())),
		static_cast<uint32>(FMath::Max(SampleRate, 0)), static_cast<uint32>(FMath::Max(NumChannels, 0)), Options);
	if (!Job.ok())
	{
		return Fail(FromUtf8(Job.error().what()));
	}
	LeaveSound();
	ClipSound = Sound;
	Character->Performer.say(std::move(Job).value());
	return true;
}

bool UMedia2FaceComponent::FollowSubmix(USoundSubmix* Submix)
{
	UWorld* World = GetWorld();
	FAudioDeviceHandle Device = World ? World->GetAudioDevice() : FAudioDeviceHandle();
	if (!Device.IsValid())
	{
		return Fail(TEXT("there is no audio device whose submix could be heard"));
	}
	if (!GoLive(FMath::RoundToInt32(Device->GetSampleRate()), SubmixDelaySeconds, 0))
	{
		return false;
	}
	ListenedSubmix = Submix ? Submix : &Device->GetMainSubmixObject();
	Listener = MakeShared<FMedia2FaceSubmixListener, ESPMode::ThreadSafe>(Character->Performer.port());
	Device->RegisterSubmixBufferListener(Listener.ToSharedRef(), *ListenedSubmix);
	return true;
}

bool UMedia2FaceComponent::BeginSpeech()
{
	AActor* Owner = GetOwner();
	UWorld* World = GetWorld();
	FAudioDeviceHandle Device = World ? World->GetAudioDevice() : FAudioDeviceHandle();
	if (Owner == nullptr || !Device.IsValid())
	{
		return Fail(TEXT("there is no actor or no audio device that could speak"));
	}
	const int32 SampleRate = FMath::RoundToInt32(Device->GetSampleRate());
	if (!GoLive(SampleRate, -1, QueueSeconds))
	{
		return false;
	}
	Voice = NewObject<UMedia2FaceVoice>(Owner);
	Voice->SetPort(std::make_shared<FMedia2FacePort>(FMedia2FacePort{Character->Performer.port()}), SampleRate);
	if (USceneComponent* Root = Owner->GetRootComponent())
	{
		Voice->SetupAttachment(Root);
	}
	Voice->RegisterComponent();
	Voice->Start();
	return true;
}

bool UMedia2FaceComponent::GoLive(int32 SampleRate, float Delay, float Queue)
{
	if (!PrepareModel())
	{
		return false;
	}
	LeaveSound();
	m2f::core::VoiceOptions Options;
	Options.sample_rate_hz = static_cast<uint32>(SampleRate);
	Options.latency = Latency == EMedia2FaceLatency::Fast ? M2F_LATENCY_FAST : M2F_LATENCY_CAREFUL;
	Options.seed = CoreSeed(Seed);
	Options.delay_s = Delay;
	Options.queue_s = Queue;
	const auto Began = Character->Performer.go_live(CoreModel(Model->GetLoaded()), Options);
	AppliedStrength = -1;
	return Began.ok() || Fail(FromUtf8(Began.error().what()));
}

float UMedia2FaceComponent::PushSpeech(const TArray<float>& Samples, int32 SampleRate)
{
	if (!Prepare())
	{
		return 0;
	}
	const auto Share = Character->Performer.push(Samples.GetData(), static_cast<std::size_t>(Samples.Num()), static_cast<uint32>(FMath::Max(SampleRate, 0)));
	if (!Share.ok())
	{
		Fail(FromUtf8(Share.error().what()));
		return 0;
	}
	return static_cast<float>(Share.value());
}

void UMedia2FaceComponent::Interrupt()
{
	if (!Character)
	{
		return;
	}
	if (Character->Performer.voice() == nullptr)
	{
		Stop();
		return;
	}
	const auto Done = Character->Performer.interrupt();
	if (!Done.ok())
	{
		Fail(FromUtf8(Done.error().what()));
	}
}

void UMedia2FaceComponent::SetListening(bool bListens)
{
	if (Character && Character->Performer.voice())
	{
		const auto Done = Character->Performer.voice()->stream().set_listening(bListens);
		if (!Done.ok())
		{
			Fail(FromUtf8(Done.error().what()));
		}
	}
}

void UMedia2FaceComponent::Stop()
{
	const bool bWasClip = GetCourse() == EMedia2FaceCourse::Clip;
	LeaveSound();
	if (bWasClip)
	{
		OnEnded.Broadcast();
	}
}

/* Nothing sounds and nothing is heard any more; the face comes to rest. */
void UMedia2FaceComponent::LeaveSound()
{
	if (Character)
	{
		Character->Performer.stop();
	}
	if (Listener.IsValid())
	{
		UWorld* World = GetWorld();
		FAudioDeviceHandle Device = World ? World->GetAudioDevice() : FAudioDeviceHandle();
		if (Device.IsValid() && ListenedSubmix)
		{
			Device->UnregisterSubmixBufferListener(Listener.ToSharedRef(), *ListenedSubmix);
		}
		Listener.Reset();
		ListenedSubmix = nullptr;
	}
	if (Voice)
	{
		Voice->Stop();
		Voice->DestroyComponent();
		Voice = nullptr;
	}
	if (ClipAudio)
	{
		ClipAudio->Stop();
		ClipAudio = nullptr;
	}
	ClipSound = nullptr;
}

void UMedia2FaceComponent::BeginSound()
{
	const AActor* Owner = GetOwner();
	if (ClipSound && Owner && Owner->GetRootComponent())
	{
		ClipAudio = UGameplayStatics::SpawnSoundAttached(ClipSound, Owner->GetRootComponent());
	}
	if (ClipAudio)
	{
		ClipAudio->OnAudioPlaybackPercentNative.AddUObject(this, &UMedia2FaceComponent::OnPlayed);
	}
	OnClipBegan.Broadcast();
}

/* The mixer tells how far the sound is, buffer by buffer; the clip's clock is drawn to it. */
void UMedia2FaceComponent::OnPlayed(const UAudioComponent* Played, const USoundWave* Wave, const float Share)
{
	if (Played == ClipAudio && Wave && GetCourse() == EMedia2FaceCourse::Clip)
	{
		Character->Performer.report(static_cast<double>(Share) * Wave->Duration);
	}
}

void UMedia2FaceComponent::TickComponent(float DeltaTime, ELevelTick TickType, FActorComponentTickFunction* ThisTickFunction)
{
	Super::TickComponent(DeltaTime, TickType, ThisTickFunction);
	if (Character)
	{
		Advance();
	}
}

void UMedia2FaceComponent::Advance()
{
	m2f::core::Performer& Performer = Character->Performer;
	const Course Before = Performer.course();
	if (Before == Course::live && (AppliedStyle != Style || AppliedStrength != StyleStrength))
	{
		AppliedStyle = Style;
		AppliedStrength = StyleStrength;
		const auto Set = Performer.set_style(TCHAR_TO_UTF8(*Style), StyleStrength);
		if (!Set.ok())
		{
			// The face goes on in the style that it had.
			UE_LOG(LogMedia2Face, Warning, TEXT("%s: %s"), *GetPathName(), *FromUtf8(Set.error().what()));
			OnFailed.Broadcast(FromUtf8(Set.error().what()));
		}
	}
	Performer.pause(GetWorld() && GetWorld()->IsPaused());
	// While the game is paused nothing ticks, and the clip stands.
	const auto Shown = Performer.advance(FPlatformTime::Seconds(), FApp::GetDeltaTime());
	if (!Shown.ok())
	{
		Fail(FromUtf8(Shown.error().what()));
		return;
	}
	if (Before == Course::preparing && Performer.course() == Course::clip)
	{
		BeginSound();
	}
	if (Before == Course::clip && Performer.course() == Course::rest)
	{
		ClipAudio = nullptr;
		OnEnded.Broadcast();
	}
	if (Shown.value())
	{
		Show();
	}
}

void UMedia2FaceComponent::Show()
{
	const std::vector<float>& Values = Character->Performer.values();
	FMemory::Memcpy(CurveValues.GetData(), Values.data(), Values.size() * sizeof(float));
	if (MorphMesh)
	{
		for (int32 At = 0; At < CurveNames.Num(); At++)
		{
			MorphMesh->SetMorphTarget(CurveNames[At], CurveValues[At], false);
		}
	}
}

EMedia2FaceCourse UMedia2FaceComponent::GetCourse() const
{
	return Character ? static_cast<EMedia2FaceCourse>(Character->Performer.course()) : EMedia2FaceCourse::Rest;
}

FTransform UMedia2FaceComponent::GetHead() const
{
	if (!Character)
	{
		return FTransform::Identity;
	}
	const m2f::Head Head = m2f::core::in_unreal_axes(Character->Performer.head());
	return FTransform(FQuat(Head[0], Head[1], Head[2], Head[3]), FVector(Head[4], Head[5], Head[6]));
}

void UMedia2FaceComponent::SetMorphMesh(USkeletalMeshComponent* Mesh)
{
	MorphMesh = Mesh;
}
