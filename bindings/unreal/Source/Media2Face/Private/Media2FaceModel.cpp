#include "Media2FaceModel.h"

#include "Media2FaceModule.h"

bool UMedia2FaceModel::Load(FString& OutError)
{
	if (Loaded)
	{
		return true;
	}
	const m2f::Runtime* Runtime = FMedia2FaceModule::Get().GetRuntime(OutError);
	if (Runtime == nullptr)
	{
		return false;
	}
	m2f::ModelOptions Options;
	Options.data = Pack.GetData();
	Options.data_size = static_cast<uint64>(Pack.Num());
	auto Made = m2f::Model::create(*Runtime, Options);
	if (!Made.ok())
	{
		OutError = GetName() + TEXT(": ") + FromUtf8(Made.error().what());
		return false;
	}
	Loaded = std::make_shared<const FMedia2FaceLoadedModel>(FMedia2FaceLoadedModel{std::move(Made).value()});
	return true;
}

void UMedia2FaceModel::Unload()
{
	Loaded.reset();
}

void UMedia2FaceModel::BeginDestroy()
{
	Unload();
	Super::BeginDestroy();
}

std::shared_ptr<const FMedia2FaceLoadedModel> UMedia2FaceModel::GetLoaded() const
{
	return Loaded;
}
